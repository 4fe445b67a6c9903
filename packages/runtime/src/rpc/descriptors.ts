import { readFileSync } from 'node:fs';
import { createFileRegistry, type FileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

/** All contracts as descriptors, with their comments. */
export interface Descriptors {
  /** An encoded google.protobuf.FileDescriptorSet. */
  readonly bytes: Uint8Array;
  readonly registry: FileRegistry;
}

/** Reads the descriptors that `npm run generate` left beside the generated contracts. Throws when they are absent. */
export function loadDescriptors(): Descriptors {
  const bytes = readFileSync(new URL('./gen/descriptors.binpb', import.meta.resolve('@trunkline/contracts')));
  return { bytes, registry: createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes)) };
}
