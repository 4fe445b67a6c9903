import { Admin, Consumer, findErrorBy, Producer, type ProtocolError } from '@platformatic/kafka';
import { headers, laneCount, topics } from '@trunkline/contracts';
import { TrunklineError, timeLimit, unlessAborted } from '@trunkline/runtime';
import type { RecordPlace } from './domain/passport-entry.ts';
import { keepClients } from './kafka-clients.ts';

/** A record to append. Its partition is its lane, and its key too. */
export interface NewRecord {
  readonly topic: string;
  readonly partition: number;
  readonly value: Buffer;
  /** W3C trace context of the first sampled item. */
  readonly traceparent?: string | undefined;
}

/** History: the records in Kafka. Every call rejects with `unavailable` while Kafka does not answer. */
export interface History extends AsyncDisposable {
  /** Appends records, those of a lane in their order; resolves with their offsets when all copies have them. One call at a time. */
  append(records: readonly NewRecord[]): Promise<number[]>;
  /** The values that stand at places, in their order; undefined for one that history has forgotten. */
  read(places: readonly RecordPlace[]): Promise<(Buffer | undefined)[]>;
}

/** What {@link openHistory} wants. */
export interface HistoryOptions {
  readonly brokers: readonly string[];
  /** Copies of each topic. */
  readonly replicas: number;
  /** Records are kept so long. */
  readonly keepMs: number;
  readonly clientId: string;
  /** Hears whether Kafka answers, after every call. */
  readonly onReachable: (isReachable: boolean, why?: string) => void;
}

const timeouts = { timeout: 5_000, connectTimeout: 2_000, retries: 2, retryDelay: 250 };
/** A broker that holds its connections and says nothing: after this it counts as away, and who reads hears so. */
const patienceMs = 10_000;
/** A record is not larger than a message of the bus and what its entries add. */
const largestRecordBytes = 4 * 1024 ** 2;
const readBytes = 256 * 1024;

/** Opens history. Connects when it is first used, so that it can be opened before Kafka is there; topics are made then. */
export function openHistory(options: HistoryOptions): History {
  const client = { clientId: options.clientId, bootstrapBrokers: [...options.brokers], ...timeouts };
  const clients = keepClients();
  const producer = clients.own(new Producer({ ...client, idempotent: true }));
  const consumer = clients.own(new Consumer({ ...client, groupId: options.clientId, isolationLevel: 0 }));
  const provided = once(async () => {
    const admin = clients.own(new Admin(client));
    await provideTopics(admin, options).finally(() => clients.end(admin));
  });
  const answering = async <T>(call: () => Promise<T>): Promise<T> => {
    const impatient = setTimeout(() => options.onReachable(false, `nothing for ${patienceMs / 1_000} s`), patienceMs);
    try {
      await provided();
      const answer = await call();
      options.onReachable(true);
      return answer;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      options.onReachable(false, why);
      throw unavailable(why, error);
    } finally {
      clearTimeout(impatient);
    }
  };
  // The library keeps one fetch session a consumer: one read at a time.
  let reading: Promise<unknown> = Promise.resolve();
  return {
    append: (records) => answering(() => send(producer, records)),
    read: async (places) => {
      if (places.length === 0) return [];
      const mine = reading.then(() => answering(() => readAll(consumer, places)));
      reading = mine.catch(() => {});
      using limit = timeLimit(patienceMs);
      return await unlessAborted(mine, limit.signal).catch((error: unknown) => {
        throw limit.signal.aborted ? unavailable('no answer', error) : error;
      });
    },
    [Symbol.asyncDispose]: () => clients[Symbol.asyncDispose](),
  };
}

function unavailable(why: string, cause: unknown): TrunklineError {
  const publicMessage = 'History cannot be read or written now.';
  return new TrunklineError('unavailable', `Kafka: ${why}`, { publicMessage, cause });
}

async function provideTopics(admin: Admin, { replicas, keepMs }: HistoryOptions): Promise<void> {
  const there = new Set(await admin.listTopics());
  const absent = topics.filter((topic) => !there.has(topic));
  const configs = [
    { name: 'retention.ms', value: String(keepMs) },
    { name: 'max.message.bytes', value: String(largestRecordBytes) },
  ];
  if (absent.length === 0) return;
  await admin.createTopics({ topics: absent, partitions: laneCount, replicas, configs }).catch((error: unknown) => {
    // Another instance was first.
    if (!isRefusal(error, 'TOPIC_ALREADY_EXISTS')) throw error;
  });
}

async function send(producer: Producer, records: readonly NewRecord[]): Promise<number[]> {
  const { offsets = [] } = await producer.send({
    acks: -1,
    messages: records.map(({ topic, partition, value, traceparent }) => ({
      ...{ topic, partition, value, key: Buffer.from(String(partition)) },
      ...(traceparent ? { headers: new Map([[Buffer.from(headers.traceparent), Buffer.from(traceparent)]]) } : {}),
    })),
  });
  // The answer names the first offset of each partition; its records follow without gaps.
  const next = new Map(offsets.map(({ topic, partition, offset }) => [`${topic}/${partition}`, Number(offset)]));
  return records.map(({ topic, partition }) => {
    const offset = next.get(`${topic}/${partition}`);
    if (offset === undefined) throw new Error(`the answer does not name partition ${partition} of ${topic}`);
    next.set(`${topic}/${partition}`, offset + 1);
    return offset;
  });
}

async function readAll(consumer: Consumer, places: readonly RecordPlace[]): Promise<(Buffer | undefined)[]> {
  const found = new Map<string, Buffer>();
  const tried = new Set<string>();
  // In order, because a fetch brings what follows too.
  for (const place of [...places].sort((a, b) => a.offset - b.offset)) {
    if (found.has(nameOf(place)) || tried.has(nameOf(place))) continue;
    tried.add(nameOf(place));
    for (const [offset, value] of await readFrom(consumer, place)) found.set(nameOf({ ...place, offset }), value);
  }
  return places.map((place) => found.get(nameOf(place)));
}

function nameOf({ topic, partition, offset }: RecordPlace): string {
  return `${topic}/${partition}/${offset}`;
}

/** Records from an offset on, as many as one fetch brings; none when history no longer has the offset. */
async function readFrom(consumer: Consumer, { topic, partition, offset }: RecordPlace): Promise<Map<number, Buffer>> {
  const metadata = await consumer.metadata({ topics: [topic] });
  const { id: topicId, partitions } = metadata.topics.get(topic) ?? { id: '', partitions: [] };
  const wanted = { partition, fetchOffset: BigInt(offset), partitionMaxBytes: readBytes };
  const epochs = { currentLeaderEpoch: -1, lastFetchedEpoch: -1 };
  const response = await consumer
    .fetch({
      node: partitions[partition]?.leader ?? -1,
      topics: [{ topicId, partitions: [{ ...wanted, ...epochs }] }],
      maxWaitTime: 100,
      maxBytes: largestRecordBytes,
    })
    .catch((error: unknown) => {
      if (isRefusal(error, 'OFFSET_OUT_OF_RANGE')) return undefined;
      throw error;
    });
  const batches = response?.responses.flatMap(({ partitions: answered }) =>
    answered.flatMap(({ records }) => records ?? []),
  );
  const values = (batches ?? []).flatMap(({ firstOffset, records }) =>
    records.flatMap(({ offsetDelta, value }): [number, Buffer][] =>
      value === null ? [] : [[Number(firstOffset) + offsetDelta, value]],
    ),
  );
  return new Map(values);
}

function isRefusal(error: unknown, apiId: string): boolean {
  return error instanceof Error && findErrorBy<ProtocolError>(error, 'apiId', apiId) !== null;
}

/** Calls until it succeeds once, never twice at a time. */
function once(call: () => Promise<void>): () => Promise<void> {
  let calling: Promise<void> | undefined;
  return async () => {
    calling ??= call().catch((error: unknown) => {
      calling = undefined;
      throw error;
    });
    await calling;
  };
}
