import type { Position } from '@trunkline/contracts';
import {
  type AnyBulkWriteOperation,
  type ClientSession,
  type Collection,
  type Db,
  type MongoClient,
  MongoServerError,
  UUID,
} from 'mongodb';
import { TrunklineError } from '../errors.ts';
import { commitTogether } from './commit-together.ts';
import type { AtKillPoint } from './kill-points.ts';
import { storeError } from './mongo-error.ts';
import type { StateDocument, StateWrite } from './ports.ts';
import { start } from './position.ts';
import type { CommitOutcome, StageChange, StageClaim, StageRecord, StageStore } from './stage-store.ts';

/** Where a service's stages keep their records. */
export interface MongoStageStoreOptions {
  readonly client: MongoClient;
  readonly db: Db;
  /** Collection of the records: a name of packages/contracts. */
  readonly collection: string;
  /** Only in crash tests. */
  readonly at?: AtKillPoint;
}

/** A record as it is stored, with the session that its owner writes in. */
interface RecordDocument extends StageRecord {
  readonly _id: string;
  readonly owner: string;
  /** Id of its session, in hexadecimal. */
  readonly session?: string | undefined;
}

/** A change with the record as it is stored. */
interface DocumentChange extends StageChange {
  readonly record: RecordDocument;
}

/** Longest wait for one answer; a write that is blocked by another transaction rejects after it. */
const maxTimeMS = 5_000;
/** Bytes come back as they were put, and what is undefined is left out, whatever the client does otherwise. */
const plainBytes = { promoteBuffers: true, ignoreUndefined: true } as const;
const durably = { w: 'majority', journal: true } as const;

/**
 * Stages' records and state in MongoDB. All lanes of a store share one session, and lanes that have something to store at the
 * same time share a transaction: its price is hardly higher for eight lanes than for one.
 */
export function createMongoStageStore({ client, db, collection, at }: MongoStageStoreOptions): StageStore {
  const records = db.collection<RecordDocument>(collection, plainBytes);
  const session = client.startSession();
  const commit = commitTogether<DocumentChange>((changes) => transact({ db, records, session, at }, changes));
  return {
    claim: async (_id, owner) => {
      try {
        await endFormerSession({ db, records, session }, _id);
        const record = await records.findOneAndUpdate(
          { _id },
          {
            $inc: { epoch: 1 },
            $set: { owner, session: idOf(session) },
            $setOnInsert: { from: start, to: start, after: 0, decided: 0, parked: [] },
          },
          { upsert: true, returnDocument: 'after', writeConcern: durably, maxTimeMS },
        );
        if (record === null) throw new Error('findOneAndUpdate with upsert returned nothing');
        return claimOf({ db, records, session, commit, owner, _id }, fromDocument(record));
      } catch (error) {
        throw isRace(error)
          ? new TrunklineError('unavailable', 'another owner claims it too', { cause: error })
          : storeError(error);
      }
    },
  };
}

/** Two owners that claim a record which is not there yet. */
function isRace(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 11000;
}

function idOf(session: ClientSession): string | undefined {
  return session.id?.id.toString('hex');
}

/** What all lanes of a store share. */
interface Shared {
  readonly db: Db;
  readonly records: Collection<RecordDocument>;
  readonly session: ClientSession;
}

/** A transaction of an owner that was killed would block us until the server gives it up: a minute by default. */
async function endFormerSession({ db, records, session }: Shared, _id: string): Promise<void> {
  const former = await records.findOne({ _id }, { projection: { session: 1 }, maxTimeMS });
  // Our own other lanes are at work in ours.
  if (former?.session === undefined || former.session === idOf(session)) return;
  // Everyone may end sessions of its own user; where the server says no, its limit of time does it.
  await db
    .admin()
    .command({ killSessions: [{ id: UUID.createFromHexString(former.session) }], maxTimeMS })
    .catch(() => {});
}

interface Claimed extends Shared {
  readonly commit: (change: DocumentChange) => Promise<CommitOutcome>;
  readonly owner: string;
  readonly _id: string;
}

function claimOf(claimed: Claimed, record: StageRecord): StageClaim {
  const { db, records, session, commit, owner, _id } = claimed;
  return {
    record,
    collection: records.collectionName,
    read: async () => {
      try {
        const found = await records.findOne({ _id }, { readConcern: 'majority', maxTimeMS });
        return found === null ? undefined : fromDocument(found);
      } catch (error) {
        throw storeError(error);
      }
    },
    commit: async (decide) => {
      const change = await decide({ find: (name, ids) => findIn(db, name, ids) });
      if (change === undefined) return 'aborted';
      const document = { ...change.record, _id, owner, session: idOf(session) };
      return await commit({ ...change, record: document });
    },
    [Symbol.asyncDispose]: async () => {
      // Our session goes on with other lanes: a later owner of this one must not end it.
      const mine = { _id, session: idOf(session) };
      await records.updateOne(mine, { $unset: { session: '' } }, { maxTimeMS }).catch(() => {});
    },
  };
}

async function findIn<T extends StateDocument>(db: Db, name: string, ids: readonly string[]): Promise<Map<string, T>> {
  if (ids.length === 0) return new Map();
  const options = { readConcern: 'majority', maxTimeMS, batchSize: ids.length + 1 } as const;
  try {
    const documents = db.collection<StateDocument>(name, plainBytes).find({ _id: { $in: [...ids] } }, options);
    // The collections are the definition's own: it knows what it put there.
    return new Map((await documents.toArray()).map((document) => [document._id, document as T]));
  } catch (error) {
    throw storeError(error);
  }
}

/** Stores all of them, or none. */
async function transact(
  { db, records, session, at }: Shared & { readonly at: AtKillPoint | undefined },
  changes: readonly DocumentChange[],
): Promise<CommitOutcome> {
  try {
    session.startTransaction({ readConcern: 'snapshot', writeConcern: durably, maxCommitTimeMS: maxTimeMS });
    const replacing = changes.map(({ expected: { epoch, to }, record }) => ({
      replaceOne: { filter: { _id: record._id, epoch, ...flat(to) }, replacement: record },
    }));
    const { matchedCount } = await records.bulkWrite(replacing, { session, maxTimeMS });
    if (matchedCount < changes.length) {
      await abort(session);
      return 'aborted';
    }
    const writes = changes.flatMap((change) => change.writes);
    for (const [collection, own] of Map.groupBy(writes, (write) => write.collection)) {
      await db
        .collection<StateDocument>(collection)
        .bulkWrite(own.map(operationOf), { session, ordered: true, maxTimeMS });
    }
    await at?.('stage.transaction');
  } catch (error) {
    await abort(session);
    throw storeError(error);
  }
  try {
    await session.commitTransaction();
    return 'committed';
  } catch (error) {
    // Whatever it was: the record tells.
    return { unknown: storeError(error) };
  }
}

/** What cannot be aborted, the server gave up or will. */
async function abort(session: ClientSession): Promise<void> {
  await session.abortTransaction().catch(() => {});
}

function operationOf(write: StateWrite): AnyBulkWriteOperation<StateDocument> {
  if ('put' in write) {
    return { replaceOne: { filter: { _id: write.put._id }, replacement: write.put, upsert: true } };
  }
  return 'insert' in write
    ? { insertOne: { document: write.insert } }
    : { deleteOne: { filter: { _id: write.delete } } };
}

function flat({ sequence, index, output }: Position): Record<string, number> {
  return { 'to.sequence': sequence, 'to.index': index, 'to.output': output };
}

function fromDocument({ epoch, from, to, out, after, decided, parked }: RecordDocument): StageRecord {
  return { epoch, from, to, out, after, decided, parked };
}
