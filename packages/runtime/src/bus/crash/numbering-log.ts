import { Envelope, headers, SealedBatch, SealedEvent, streams, subjects } from '@trunkline/contracts';
import type { Overflowing } from '../overflow/overflowing.ts';
import type { KeyedEntry, KeyedItem, KeyedLogDefinition, StoredMessage } from '../ports.ts';
import { decode, type Numbered } from './counting-stage.ts';

/** One item of a key's message: what was said, with the key's own gapless sequence. */
export interface Sequenced {
  readonly sequence: number;
  readonly said: Numbered;
}

/** So few, that one micro-batch needs several messages of a key. */
const itemsAMessage = 3;

/** How the log under test differs. */
export interface NumberingOptions {
  /** Where its messages go; into the stream by default. */
  readonly overflowing?: Overflowing;
  /** What nobody seals twice: two owners never make the same bytes of the same items. */
  readonly nonce?: () => string;
}

/** The keyed log under test: a key a conversation, a sequence of its own, taken from the key's last message. */
export function numberingLog(
  name: string,
  { overflowing, nonce = () => '' }: NumberingOptions = {},
): KeyedLogDefinition<Numbered> {
  return {
    name,
    input: (lane) => ({ stream: streams.facts, subjects: [subjects.allFacts(lane)] }),
    unpack: (message) => Envelope.decode(message.data).items,
    route: (item) => {
      const said = decode<Numbered>(item.bytes);
      return [{ key: said.conversation, item: said }];
    },
    stream: () => streams.outbox,
    subject: (lane, key) => subjects.outbox(lane, key),
    positionStream: streams.outbox,
    positionSubject: (lane) => subjects.outboxPosition(lane),
    seal: async (key, head, items) => {
      const entries: KeyedEntry[] = [];
      let sequence = Number(head.last?.header(headers.sequence) ?? 0);
      for (let from = 0; from < items.length; from += itemsAMessage) {
        const own = items.slice(from, from + itemsAMessage);
        const events = own.map(({ item }) => sealed({ sequence: ++sequence, said: item }, nonce()));
        const { position } = own.at(-1) as KeyedItem<Numbered>;
        const data = SealedBatch.encode(SealedBatch.fromPartial({ portalId: key, events })).finish();
        entries.push({ data, position, headers: { [headers.sequence]: String(sequence) } });
      }
      const of = { lane: 0, portalId: key, subject: subjects.outbox(0, key) };
      return overflowing === undefined ? entries : await overflowing.place(of, head, entries);
    },
    park: async () => {},
  };
}

function sealed({ sequence, said }: Sequenced, nonce: string): SealedEvent {
  const cloudEvent = Buffer.from(JSON.stringify({ said, nonce }));
  return SealedEvent.fromPartial({ sequence, id: said.id, cloudEvent });
}

/** The items of a key's message, which must be whole. */
export function sequencedOf({ data }: StoredMessage): Sequenced[] {
  return SealedBatch.decode(data).events.map(({ sequence, cloudEvent }) => ({
    sequence,
    said: decode<{ readonly said: Numbered }>(cloudEvent).said,
  }));
}
