import { TrunklineError } from '../../errors.ts';
import { commitTogether } from '../commit-together.ts';
import type { StateDocument, StateWrite } from '../ports.ts';
import { comparePositions, start } from '../position.ts';
import type { CommitOutcome, StageChange, StageClaim, StageRecord, StageStore } from '../stage-store.ts';
import type { Actor, Turns } from './turns.ts';

/** Documents and open transactions, shared by all actors. */
export interface MemoryDatabase {
  /** What is committed: documents by collection and id. */
  readonly documents: Map<string, unknown>;
  /** When each was committed last. */
  readonly versions: Map<string, number>;
  /** Who writes a document in a transaction that is still open. */
  readonly locks: Map<string, Transaction>;
  version: number;
  /** What must never happen and did. */
  readonly violations: string[];
}

interface Transaction {
  readonly actor: Actor;
  readonly snapshot: ReadonlyMap<string, unknown>;
  readonly version: number;
  readonly writes: Map<string, unknown>;
  isOpen: boolean;
}

/** The server gives up a transaction whose client is gone after so long. */
const lifetimeMs = 3_000;
const collection = 'stages';
const gone = Symbol('deleted');

/** An empty database. */
export function createMemoryDatabase(): MemoryDatabase {
  return { documents: new Map(), versions: new Map(), locks: new Map(), version: 0, violations: [] };
}

/** The store as one actor sees it: snapshots, write conflicts, commits without an answer, transactions that outlive it. */
export function createMemoryStore(database: MemoryDatabase, turns: Turns, actor: Actor): StageStore {
  const session: Session = { former: undefined };
  const commit = commitTogether<KeyedChange>((changes) => transact({ database, turns, actor, session }, changes));
  return {
    claim: async (id) => {
      const key = keyOf(collection, id);
      const record = await turns.call(actor, ['lost', 'unanswered'], () => {
        const holder = database.locks.get(key);
        if (holder !== undefined && turns.choose(2) === 0) end(database, holder);
        if (database.locks.has(key)) throw new TrunklineError('unavailable', 'blocked by a transaction');
        const former = database.documents.get(key) as StageRecord | undefined;
        const fresh: StageRecord = { epoch: 0, from: start, to: start, after: 0, decided: 0, parked: [] };
        const claimed = { ...(former ?? fresh), epoch: (former?.epoch ?? 0) + 1 };
        put(database, new Map([[key, claimed]]));
        return claimed;
      });
      return claimOf({ database, turns, actor }, { key, record, commit });
    },
  };
}

interface KeyedChange extends StageChange {
  readonly key: string;
}

/** What an actor's transactions are made in, one after the other. */
interface Session {
  former: Transaction | undefined;
}

interface World {
  readonly database: MemoryDatabase;
  readonly turns: Turns;
  readonly actor: Actor;
}

interface Claimed {
  readonly key: string;
  readonly record: StageRecord;
  readonly commit: (change: KeyedChange) => Promise<CommitOutcome>;
}

function claimOf({ database, turns, actor }: World, { key, record, commit }: Claimed): StageClaim {
  return {
    record,
    collection,
    read: () => turns.call(actor, ['lost'], () => database.documents.get(key) as StageRecord | undefined),
    commit: async (decide) => {
      const change = await decide({
        find: <T extends StateDocument>(name: string, ids: readonly string[]) =>
          turns.call(actor, ['lost'], () => {
            const found = ids.map((id) => [id, database.documents.get(keyOf(name, id))] as const);
            return new Map(found.filter(([, document]) => document !== undefined)) as Map<string, T>;
          }),
      });
      return change === undefined ? 'aborted' : await commit({ ...change, key });
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Stores all of them, or none. */
async function transact(
  { database, turns, actor, session }: World & { readonly session: Session },
  changes: readonly KeyedChange[],
): Promise<CommitOutcome> {
  // A session's new transaction ends its former one.
  if (session.former?.isOpen) end(database, session.former);
  const own = begin(database, actor);
  session.former = own;
  const giveUp = turns.clockOf({ name: 'the server', alive: true }).after(lifetimeMs, () => end(database, own));
  try {
    if (!(await turns.call(actor, ['lost'], () => replaceAll(database, own, changes)))) {
      end(database, own);
      return 'aborted';
    }
    await turns.call(actor, ['lost'], () => {
      for (const { writes } of changes)
        for (const each of writes) applyOne(each, readerOf(own), writerOf(database, own));
    });
  } catch (error) {
    end(database, own);
    throw error;
  } finally {
    if (!own.isOpen) giveUp();
  }
  try {
    return await turns.call(actor, ['lost', 'unanswered', 'late'], () => commit(database, own));
  } catch {
    return 'unknown';
  } finally {
    if (!own.isOpen) giveUp();
  }
}

/** False when one of the records is another than was expected. */
function replaceAll(database: MemoryDatabase, own: Transaction, changes: readonly KeyedChange[]): boolean {
  return changes.every(({ key, expected, record }) => {
    const found = readerOf(own)(key) as StageRecord | undefined;
    if (found?.epoch !== expected.epoch || comparePositions(found.to, expected.to) !== 0) return false;
    writerOf(database, own)(key, record);
    return true;
  });
}

function readerOf(own: Transaction): (name: string) => unknown {
  return (name) => (own.writes.has(name) ? own.writes.get(name) : own.snapshot.get(name));
}

function writerOf(database: MemoryDatabase, own: Transaction): (name: string, value: unknown) => void {
  return (name, value) => {
    const holder = database.locks.get(name);
    const isNewer = (database.versions.get(name) ?? 0) > own.version;
    if (!own.isOpen || isNewer || (holder !== undefined && holder !== own)) {
      throw new TrunklineError('unavailable', 'write conflict');
    }
    database.locks.set(name, own);
    own.writes.set(name, value);
  };
}

function applyOne(
  each: StateWrite,
  read: (name: string) => unknown,
  write: (name: string, value: unknown) => void,
): void {
  if ('put' in each) write(keyOf(each.collection, each.put._id), each.put);
  else if ('delete' in each) write(keyOf(each.collection, each.delete), gone);
  else {
    const name = keyOf(each.collection, each.insert._id);
    const found = read(name);
    if (found !== undefined && found !== gone) throw new Error(`duplicate key ${name}`);
    write(name, each.insert);
  }
}

function begin(database: MemoryDatabase, actor: Actor): Transaction {
  const { documents, version } = database;
  return { actor, snapshot: new Map(documents), version, writes: new Map(), isOpen: true };
}

function end(database: MemoryDatabase, transaction: Transaction): void {
  transaction.isOpen = false;
  for (const name of transaction.writes.keys()) {
    if (database.locks.get(name) === transaction) database.locks.delete(name);
  }
}

function commit(database: MemoryDatabase, transaction: Transaction): 'committed' {
  if (!transaction.isOpen) throw new TrunklineError('unavailable', 'no such transaction');
  end(database, transaction);
  put(database, transaction.writes);
  return 'committed';
}

function put(database: MemoryDatabase, writes: ReadonlyMap<string, unknown>): void {
  database.version += 1;
  for (const [name, value] of writes) {
    if (name.startsWith(`${collection}/`)) checkEpoch(database, database.documents.get(name), value);
    if (value === gone) database.documents.delete(name);
    else database.documents.set(name, value);
    database.versions.set(name, database.version);
  }
}

/** Nobody writes a record after a later owner claimed it. */
function checkEpoch({ violations }: MemoryDatabase, before: unknown, after: unknown): void {
  const [former = 0, next = 0] = [before, after].map((record) => (record as Partial<StageRecord> | undefined)?.epoch);
  if (next < former) violations.push(`a record of epoch ${former} was replaced by one of epoch ${next}`);
}

function keyOf(name: string, id: string): string {
  return `${name}/${id}`;
}
