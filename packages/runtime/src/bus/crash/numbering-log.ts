import { Envelope, headers, streams, subjects } from '@trunkline/contracts';
import type { KeyedEntry, KeyedItem, KeyedLogDefinition, StoredMessage } from '../ports.ts';
import { decode, type Numbered } from './counting-stage.ts';

/** One item of a key's message: what was said, with the key's own gapless sequence. */
export interface Sequenced {
  readonly sequence: number;
  readonly said: Numbered;
}

/** So few, that one micro-batch needs several messages of a key. */
const itemsAMessage = 3;

/** The keyed log under test: a key a conversation, a sequence of its own, taken from the key's last message. */
export function numberingLog(name: string): KeyedLogDefinition<Numbered> {
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
    seal: async (_key, { last }, items) => {
      const entries: KeyedEntry[] = [];
      let sequence = last === undefined ? 0 : (sequencedOf(last).at(-1)?.sequence ?? 0);
      for (let from = 0; from < items.length; from += itemsAMessage) {
        const own = items.slice(from, from + itemsAMessage);
        const sequenced = own.map(({ item }): Sequenced => ({ sequence: ++sequence, said: item }));
        const { position } = own.at(-1) as KeyedItem<Numbered>;
        const data = Buffer.from(JSON.stringify(sequenced));
        entries.push({ data, position, headers: { [headers.sequence]: String(sequence) } });
      }
      return entries;
    },
    park: async () => {},
  };
}

/** The items of a key's message. */
export function sequencedOf({ data }: StoredMessage): Sequenced[] {
  return decode<Sequenced[]>(data);
}
