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

/** The field that holds the connector of a fact's channel: it stands before what the fact tells. */
const connectorField = 10;

/** Connector of a serialized Fact's channel, without decoding it; empty when it has none. Throws when the bytes are no protobuf. Pure. */
export function factConnectorOf(fact: Uint8Array): string {
  const reader = new BinaryReader(fact);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === connectorField) return reader.string();
    if (field >= firstFact) return '';
    reader.skip(wireType, field);
  }
  return '';
}
