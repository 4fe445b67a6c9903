import { collections, connectorCollection } from '@trunkline/contracts';
import { type Store, TrunklineError } from '@trunkline/runtime';
import type { ChannelState, Kept, LogEntry } from '../tools.ts';

interface StateDocument {
  /** `<channel> <key>` */
  readonly _id: string;
  readonly value: unknown;
  readonly revision: number;
  readonly expiresAt?: Date;
}

interface LogDocument {
  /** `<channel> <log> <sequence, 20 digits>` */
  readonly _id: string;
  readonly log: string;
  readonly id: string;
  readonly sequence: number;
  readonly entry: unknown;
  readonly atMs: number;
}

const duplicateKey = 11_000;

/** Lets MongoDB forget what expired. Called once, when a connector starts. */
export async function forgetExpired(store: Store, connector: string): Promise<void> {
  const name = connectorCollection(connector, collections.connector.state);
  await store.provideIndex(name, { expiresAt: 1 }, { expireAfterSeconds: 0 });
}

/**
 * What a connector keeps, in its own collections: that an entry is in a log once, a unique index says. Does no input or
 * output until it is used.
 */
export function openStates(store: Store, connector: string, now: () => number): (channelId: string) => ChannelState {
  const documents = store.collection<StateDocument>(connectorCollection(connector, collections.connector.state));
  const entries = store.collection<LogDocument>(connectorCollection(connector, collections.connector.log));

  const isLive = ({ expiresAt }: StateDocument) => expiresAt === undefined || expiresAt.getTime() > now();
  const last = async (log: string) =>
    await entries.findOne({ _id: { $gte: `${log} `, $lt: `${log}!` } }, { sort: { _id: -1 } });

  /** The next number is free or taken by another: then the one after it is tried. */
  const append = async (log: string, id: string, entry: unknown) => {
    for (;;) {
      const repeated = await entries.findOne({ log, id }, { projection: { sequence: 1 } });
      if (repeated !== null) return { sequence: repeated.sequence, isRepeat: true };
      const sequence = ((await last(log))?.sequence ?? 0) + 1;
      try {
        await entries.insertOne({ _id: idOf(log, sequence), log, id, sequence, entry, atMs: now() });
        return { sequence, isRepeat: false };
      } catch (error) {
        if (!isDuplicate(error)) throw error;
      }
    }
  };

  return (channelId) =>
    whileAway({
      get: async <Value>(key: string): Promise<Kept<Value> | undefined> => {
        const found = await documents.findOne({ _id: `${channelId} ${key}` });
        return found === null || !isLive(found) ? undefined : { value: found.value as Value, revision: found.revision };
      },
      put: async (key, value, { ifRevision, expiresAtMs } = {}) => {
        const _id = `${channelId} ${key}`;
        const expiresAt = expiresAtMs === undefined ? undefined : new Date(expiresAtMs);
        // An expired document is as good as none, so it is taken away before it can be in the way.
        if (ifRevision !== undefined) await documents.deleteOne({ _id, expiresAt: { $lte: new Date(now()) } });
        if (ifRevision === 0)
          return await inserted(documents.insertOne({ _id, value, revision: 1, ...optional(expiresAt) }));
        const filter = ifRevision === undefined ? { _id } : { _id, revision: ifRevision };
        const change = { $set: { value, ...optional(expiresAt) }, $inc: { revision: 1 } };
        const forget = expiresAt === undefined ? { $unset: { expiresAt: '' as const } } : {};
        const result = await documents.updateOne(
          filter,
          { ...change, ...forget },
          { upsert: ifRevision === undefined },
        );
        return result.matchedCount + result.upsertedCount > 0;
      },
      delete: async (key) => {
        await documents.deleteOne({ _id: `${channelId} ${key}` });
      },
      append: (log, id, entry) => append(`${channelId} ${log}`, id, entry),
      read: async <Entry>(log: string, afterSequence: number, limit: number) => {
        const whole = `${channelId} ${log}`;
        const after = { _id: { $gt: idOf(whole, afterSequence), $lt: `${whole}!` } };
        const found = await entries.find(after, { sort: { _id: 1 }, limit }).toArray();
        return found.map(
          ({ sequence, id, entry, atMs }): LogEntry<Entry> => ({ sequence, id, entry: entry as Entry, atMs }),
        );
      },
      lastSequence: async (log) => (await last(`${channelId} ${log}`))?.sequence ?? 0,
    });
}

/** Whoever asks is told that the database is away in one way, whatever its client says. */
function whileAway(state: ChannelState): ChannelState {
  const away = (cause: unknown): never => {
    throw new TrunklineError('unavailable', 'what the connector keeps cannot be read or written now', { cause });
  };
  return {
    get: (...asked) => state.get<never>(...asked).catch(away),
    put: (...asked) => state.put(...asked).catch(away),
    delete: (...asked) => state.delete(...asked).catch(away),
    append: (...asked) => state.append(...asked).catch(away),
    read: (...asked) => state.read<never>(...asked).catch(away),
    lastSequence: (...asked) => state.lastSequence(...asked).catch(away),
  };
}

/** " " comes right before "!": the entries of a log are what lies between. */
function idOf(log: string, sequence: number): string {
  return `${log} ${String(sequence).padStart(20, '0')}`;
}

function optional(expiresAt: Date | undefined): { readonly expiresAt?: Date } {
  return expiresAt === undefined ? {} : { expiresAt };
}

async function inserted(inserting: Promise<unknown>): Promise<boolean> {
  try {
    await inserting;
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

function isDuplicate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === duplicateKey;
}
