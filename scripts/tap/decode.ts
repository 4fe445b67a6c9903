import {
  DeliveryRecord,
  EgressBatch,
  EgressItem,
  Envelope,
  Fact,
  IngressBatch,
  IngressItem,
  Position,
  SealedBatch,
  SendRecord,
} from '../../packages/contracts/src/index.ts';

type Decoder = (data: Uint8Array) => unknown;

const items = (batch: { readonly items: readonly Uint8Array[] }, one: Decoder) => batch.items.map(one);

/** What is on a subject, by its first word. */
const decoders: Readonly<Record<string, Decoder>> = {
  ingress: (data) => items(IngressBatch.decode(data), (item) => IngressItem.toJSON(IngressItem.decode(item))),
  due: (data) => items(IngressBatch.decode(data), (item) => IngressItem.toJSON(IngressItem.decode(item))),
  timer: (data) => items(IngressBatch.decode(data), (item) => IngressItem.toJSON(IngressItem.decode(item))),
  facts: (data) => {
    const envelope = Envelope.decode(data);
    const { stage, epoch, from, to } = envelope;
    return { stage, epoch, from, to, facts: items(envelope, (item) => Fact.toJSON(Fact.decode(item))) };
  },
  outbox: (data) => SealedBatch.toJSON(SealedBatch.decode(data)),
  egress: (data) => items(EgressBatch.decode(data), (item) => EgressItem.toJSON(EgressItem.decode(item))),
  deliveries: (data) => DeliveryRecord.toJSON(DeliveryRecord.decode(data)),
  sends: (data) => SendRecord.toJSON(SendRecord.decode(data)),
  outpos: (data) => Position.toJSON(Position.decode(data)),
  egpos: (data) => Position.toJSON(Position.decode(data)),
  cursor: (data) => Position.toJSON(Position.decode(data)),
};

/** A message as JSON; what is not known, or cannot be read, as base64. Pure. */
export function decoded(subject: string, data: Uint8Array): unknown {
  const raw = { base64: Buffer.from(data).toString('base64') };
  try {
    return decoders[subject.split('.')[0] ?? '']?.(data) ?? raw;
  } catch {
    return raw;
  }
}
