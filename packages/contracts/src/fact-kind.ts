import { BinaryReader } from '@bufbuild/protobuf/wire';

/** Field numbers of the facts that somebody looks for in streams without reading all the others. */
export const factFields = { timerSet: 27 } as const;

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
