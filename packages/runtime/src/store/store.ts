import { type ClientSession, type Collection, type Db, type Document, MongoClient } from 'mongodb';
import { TrunklineError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { untilAnswered } from '../server-wait.ts';
import { type IndexOptions, type NewIndex, provideIndex } from './provide-index.ts';
import { runTransaction, type TransactionOptions } from './transaction.ts';

export type { Collection, Filter, Timestamp } from 'mongodb';

/**
 * MongoDB as a service's own user. Binary fields come back as Buffers, undefined fields are not written, every write waits
 * for the majority and its journal. Calls reject within about 15 seconds when the server is away.
 */
export interface Store {
  readonly db: Db;
  readonly client: MongoClient;
  /** A collection by its name, spelled in packages/contracts. Does no input or output. */
  collection<T extends Document>(name: string): Collection<T>;
  /**
   * Runs something in one transaction, again from the start after a conflict, within a limit of time (5 s by default). It
   * must hand the session to every call and may run several times. Rejects with `unavailable`: certain if nothing was
   * stored, not certain if the commit's outcome is unknown. What the function itself throws passes through.
   */
  withTransaction<T>(run: (session: ClientSession) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /**
   * Makes an index that is not there, and gives one that forgets its new time; safe to repeat. Waits like {@link Store.patiently}.
   * Rejects with `permission_denied` or `failed_precondition`, and what to do, where the server refuses. Called at the start.
   */
  provideIndex(collection: string, key: NewIndex['key'], options?: IndexOptions): Promise<void>;
  /**
   * Calls until the server answers, however long that takes, or until the service is asked to end; what the same call would
   * bring again passes through at once. Says once that it waits. For what a start cannot do without, and may do twice.
   */
  patiently<T>(call: () => Promise<T>): Promise<T>;
  /** Resolves when the server answers; rejects with `unavailable` within 5 seconds when it does not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** What {@link connectStore} wants. */
export interface StoreOptions {
  /** Address with user and password. */
  readonly url: string;
  readonly database: string;
  /** Shown in the server's own log. */
  readonly appName: string;
  readonly log: Logger;
  /** Ends waiting for the server. */
  readonly signal: AbortSignal;
  /** How long a server that is still starting is waited for; 60 s by default. */
  readonly startTimeoutMs?: number;
  /** Hears whether the server can be reached, whenever that changes. */
  readonly onReachable?: (isReachable: boolean) => void;
}

/**
 * Connects to MongoDB, waiting for a server that is still starting. Rejects with `unavailable` when it does not come, with
 * `unauthenticated` when it does not know the user.
 */
export async function connectStore(options: StoreOptions): Promise<Store> {
  const client = clientOf(options);
  try {
    await connect(client, options);
  } catch (error) {
    await client.close();
    throw error;
  }
  const db = client.db(options.database);
  const onWaiting = (error: unknown) => options.log.warn('The start waits for MongoDB', { error });
  const patiently: Store['patiently'] = (call) => untilAnswered(call, { signal: options.signal, onWaiting });
  return {
    db,
    client,
    collection: (name) => db.collection(name),
    withTransaction: (run, transaction = {}) => runTransaction(client, run, transaction),
    provideIndex: (collection, key, index = {}) =>
      patiently(() => provideIndex(db, { collection, key, options: index })),
    patiently,
    ping: async () => {
      await db.command({ ping: 1 }).catch((cause: unknown) => {
        throw new TrunklineError('unavailable', 'MongoDB does not answer', { certain: true, cause });
      });
    },
    close: () => client.close(),
  };
}

function clientOf(options: StoreOptions): MongoClient {
  const client = new MongoClient(options.url, {
    appName: options.appName,
    serverSelectionTimeoutMS: Math.min(5_000, options.startTimeoutMs ?? 5_000),
    connectTimeoutMS: 5_000,
    socketTimeoutMS: 15_000,
    waitQueueTimeoutMS: 5_000,
    heartbeatFrequencyMS: 5_000,
    maxPoolSize: 50,
    promoteBuffers: true,
    ignoreUndefined: true,
    writeConcern: { w: 'majority', journal: true, wtimeoutMS: 10_000 },
    readConcern: { level: 'majority' },
  });
  client.on('topologyDescriptionChanged', ({ previousDescription, newDescription }) => {
    const [was, is] = [previousDescription, newDescription].map((each) =>
      [...each.servers.values()].some(({ type }) => type === 'RSPrimary' || type === 'Standalone' || type === 'Mongos'),
    );
    if (was !== is) options.onReachable?.(is === true);
  });
  return client;
}

async function connect(client: MongoClient, options: StoreOptions): Promise<void> {
  const { signal, log, onReachable, startTimeoutMs: limitMs = 60_000 } = options;
  const onWaiting = (error: unknown) => {
    onReachable?.(false);
    log.warn('MongoDB cannot be reached yet', { error });
  };
  const hello = async () => {
    await client.connect();
    await client.db(options.database).command({ ping: 1 });
  };
  await untilAnswered(() => hello().catch(asUnreachable), { signal, limitMs, onWaiting });
  onReachable?.(true);
}

function asUnreachable(cause: unknown): never {
  const isUnknownUser = cause instanceof Error && 'code' in cause && (cause.code === 18 || cause.code === 13);
  if (isUnknownUser)
    throw new TrunklineError('unauthenticated', 'MongoDB does not accept the user of MONGO_URL', { cause });
  throw new TrunklineError('unavailable', 'MongoDB cannot be reached at MONGO_URL', { certain: true, cause });
}
