import { BinaryReader } from '@bufbuild/protobuf/wire';

/** Field numbers of the facts that somebody looks for in streams without reading all the others. */
export const factFields = { received: 20, submitted: 21, timerSet: 27 } as const;

/** The first field of the alternatives. */
const firstFact = 20;

/**
 * Field number of what a serialized Fact tells, without decoding it: its ids are stepped over, its content is not looked at.
 * Undefined when it tells nothing, or what we do not know yet. Throws when the bytes are no protobuf. Pure.
 */
export function factFieldOf(fact: Uint8Array): number | undefined {
  const reader = new BinaryReader(fact);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field >= firstFact) return field;
    reader.skip(wireType, field);
  }
  return undefined;
}

/** Connector of a serialized Fact's channel, without decoding it; empty when it has none. Throws when the bytes are no protobuf. Pure. */
export function factConnectorOf(fact: Uint8Array): string {
  return textOf(fact, 10);
}

/** Trace context of a serialized Fact, without decoding it; empty where it is not sampled. Throws as above. Pure. */
export function factTraceparentOf(fact: Uint8Array): string {
  return textOf(fact, 9);
}

/** The same of a serialized IngressItem. Pure. */
export function ingressTraceparentOf(item: Uint8Array): string {
  return textOf(item, 2);
}

/** A text of a message's own fields: they stand in the order of their numbers. */
function textOf(bytes: Uint8Array, wanted: number): string {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === wanted) return reader.string();
    if (field > wanted) return '';
    reader.skip(wireType, field);
  }
  return '';
}
