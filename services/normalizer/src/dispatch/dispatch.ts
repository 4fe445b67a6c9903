import {
  ConversationRef,
  capabilitiesFor,
  EgressBatch,
  EgressItem,
  egressStream,
  Fact,
  factConnectorOf,
  type Position,
  streams,
  subjects,
} from '@trunkline/contracts';
import {
  comparePositions,
  type Directory,
  type InputItem,
  type KeyedEntry,
  type KeyedItem,
  type KeyedLogDefinition,
  TrunklineError,
} from '@trunkline/runtime';
import type { FileUrl } from '../domain/adapt/media.ts';
import { givesOrders, type OrderingFacts } from './ordering-facts.ts';
import { fetchOrder, pendingFiles, sendOrders } from './orders.ts';

/** What dispatch needs. */
export interface Dispatch {
  readonly connector: string;
  readonly directory: Pick<Directory, 'connector'>;
  /** Shared by all connectors of a lane, so that each envelope is read once. */
  readonly facts: OrderingFacts;
  /** Link to a file, as of the time of its fact. */
  readonly fileUrl: (atMs: number) => FileUrl;
  /** The connector's token for answering a press. */
  readonly ackTokenOf: (channelId: string, pressId: string) => Promise<string>;
  /** Tells that an order cannot be made: its message has failed. */
  readonly failed: (item: InputItem, error: unknown) => Promise<void>;
}

/** A fact that gives orders to one channel: to send, or to copy files. */
export interface Routed {
  readonly fact: Fact;
  readonly isForFiles: boolean;
}

const filesSuffix = '.files';
const maxItems = 100;
const maxBytes = 256 * 1024;

/** Dispatch to one connector: facts become orders within each channel's capabilities, in order, each once. */
export function dispatch(needs: Dispatch): KeyedLogDefinition<Routed> {
  const { connector } = needs;
  return {
    name: `dispatch to ${connector}`,
    input: (lane) => ({ stream: streams.facts, subjects: [subjects.allFacts(lane)] }),
    unpack: (message) => needs.facts.of(message, connector),
    route: ({ bytes }) =>
      givesOrders(bytes) && factConnectorOf(bytes) === connector ? routesOf(Fact.decode(bytes)) : [],
    stream: () => egressStream(connector),
    subject: (lane, key) =>
      key.endsWith(filesSuffix)
        ? subjects.egressFiles(connector, lane, key.slice(0, -filesSuffix.length))
        : subjects.egress(connector, lane, key),
    positionStream: egressStream(connector),
    positionSubject: (lane) => subjects.egressPosition(connector, lane),
    // A head's position is all that it needs: the last messages of all channels of all connectors would fill the memory.
    ignoresLast: true,
    seal: async (_key, head, items) => entriesOf(await ordersOf(needs, items), head.position),
    park: needs.failed,
  };
}

function routesOf(fact: Fact): { key: string; item: Routed }[] {
  if (fact.fact?.$case === 'submitted') return [{ key: fact.channelId, item: { fact, isForFiles: false } }];
  return [{ key: `${fact.channelId}${filesSuffix}`, item: { fact, isForFiles: true } }];
}

/** One order with its place: what it came from, and which of its orders it is, from 1; 0 for the last. */
interface PlacedOrder {
  readonly bytes: Buffer;
  readonly position: Position;
}

async function ordersOf(needs: Dispatch, items: readonly KeyedItem<Routed>[]): Promise<PlacedOrder[]> {
  const made: PlacedOrder[] = [];
  for (const { item, position } of items) {
    const orders = await ordersOfFact(needs, item);
    for (const [index, order] of orders.entries()) {
      const isLast = index === orders.length - 1;
      const encoded = EgressItem.encode(order).finish();
      const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
      made.push({ bytes, position: { ...position, output: isLast ? 0 : index + 1 } });
    }
  }
  return made;
}

async function ordersOfFact(needs: Dispatch, { fact, isForFiles }: Routed): Promise<EgressItem[]> {
  if (isForFiles) return pendingFiles(fact).map((file) => fetchOrder(fact, file));
  if (fact.fact?.$case !== 'submitted') return [];
  const { message, conversation } = fact.fact.value;
  const connector = needs.directory.connector(needs.connector);
  const capabilities = capabilitiesFor(connector, conversation ?? ConversationRef.create());
  if (capabilities === undefined) {
    throw new TrunklineError('unavailable', `${needs.connector} has not told what its channels carry`);
  }
  const action = message?.action;
  const ackToken = action?.$case === 'pressAnswer' ? await needs.ackTokenOf(fact.channelId, action.value.pressId) : '';
  const fileUrl = needs.fileUrl(fact.at?.getTime() ?? 0);
  return sendOrders(fact, fact.fact.value, { capabilities, fileUrl, ackToken });
}

/** Orders in messages that are not too large; what the key's last message holds already is left out. */
function entriesOf(orders: readonly PlacedOrder[], done: Position | undefined): KeyedEntry[] {
  const entries: KeyedEntry[] = [];
  let batch: PlacedOrder[] = [];
  let bytes = 0;
  const close = () => {
    const last = batch.at(-1);
    if (last === undefined) return;
    const data = EgressBatch.encode({ items: batch.map((order) => order.bytes) }).finish();
    entries.push({ data, position: last.position });
    batch = [];
    bytes = 0;
  };
  for (const order of orders) {
    if (done !== undefined && comparePositions(order.position, done) <= 0) continue;
    if (batch.length >= maxItems || bytes + order.bytes.length > maxBytes) close();
    batch.push(order);
    bytes += order.bytes.length;
  }
  close();
  return entries;
}
