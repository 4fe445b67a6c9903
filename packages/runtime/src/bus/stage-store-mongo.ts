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
import { storeError } from './mongo-error.ts';
import type { StateDocument, StateReader, StateWrite } from './ports.ts';
import { start } from './position.ts';
import type { StageClaim, StageRecord, StageStore, StageTransaction, TransactionOutcome } from './stage-store.ts';

/** Where a service's stages keep their records. */
export interface MongoStageStoreOptions {
  readonly client: MongoClient;
  readonly db: Db;
  /** Collection of the records: a name of packages/contracts. */
  readonly collection: string;
}

/** A record as it is stored, with the session that its owner writes in. */
interface RecordDocument extends StageRecord {
  readonly _id: string;
  readonly owner: string;
  /** Id of its session, in hexadecimal. */
  readonly session?: string | undefined;
}

/** Longest wait for one answer; a write that is blocked by another transaction rejects after it. */
const maxTimeMS = 5_000;
/** Bytes come back as they were put, and what is undefined is left out, whatever the client does otherwise. */
const plainBytes = { promoteBuffers: true, ignoreUndefined: true } as const;
const durably = { w: 'majority', journal: true } as const;

/** Stages' records and state in MongoDB. Each claim has a session of its own. */
export function createMongoStageStore({ client, db, collection }: MongoStageStoreOptions): StageStore {
  const records = db.collection<RecordDocument>(collection, plainBytes);
  return {
    claim: async (_id, owner) => {
      const session = client.startSession();
      try {
        await endFormerSession(records, db, _id);
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
        return claimOf({ db, records, session, owner, _id }, fromDocument(record));
      } catch (error) {
        await session.endSession();
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

/** A transaction of an owner that was killed would block us until the server gives it up: a minute by default. */
async function endFormerSession(records: Collection<RecordDocument>, db: Db, _id: string): Promise<void> {
  const former = await records.findOne({ _id }, { projection: { session: 1 }, maxTimeMS });
  if (former?.session === undefined) return;
  // Everyone may end sessions of its own user; where the server says no, its limit of time does it.
  await db
    .admin()
    .command({ killSessions: [{ id: UUID.createFromHexString(former.session) }], maxTimeMS })
    .catch(() => {});
}

interface Claimed {
  readonly db: Db;
  readonly records: Collection<RecordDocument>;
  readonly session: ClientSession;
  readonly owner: string;
  readonly _id: string;
}

function claimOf(claimed: Claimed, record: StageRecord): StageClaim {
  const { records, session, _id } = claimed;
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
    transaction: (work) => transact(claimed, work),
    [Symbol.asyncDispose]: async () => {
      // The driver uses sessions again: a later owner must not end somebody else's work.
      const mine = { _id, session: idOf(session) };
      await records.updateOne(mine, { $unset: { session: '' } }, { maxTimeMS }).catch(() => {});
      await session.endSession();
    },
  };
}

async function transact(
  claimed: Claimed,
  work: (transaction: StageTransaction) => Promise<boolean>,
): Promise<TransactionOutcome> {
  const { session } = claimed;
  session.startTransaction({ readConcern: 'snapshot', writeConcern: durably, maxCommitTimeMS: maxTimeMS });
  try {
    if (!(await work(transactionOf(claimed)))) {
      await abort(session);
      return 'aborted';
    }
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

function transactionOf({ db, records, session, owner, _id }: Claimed): StageTransaction {
  return {
    find: inTurn(async (name, ids) => {
      if (ids.length === 0) return [];
      const options = { session, maxTimeMS, batchSize: ids.length + 1 };
      return await db
        .collection<StateDocument>(name, plainBytes)
        .find({ _id: { $in: [...ids] } }, options)
        .toArray();
    }),
    replace: async ({ epoch, to }, record) => {
      const filter = { _id, epoch, ...flat(to) };
      const document = { ...record, owner, session: idOf(session) };
      return (await records.replaceOne(filter, document, { session, maxTimeMS })).matchedCount === 1;
    },
    apply: async (writes) => {
      for (const [collection, own] of Map.groupBy(writes, (write) => write.collection)) {
        await db
          .collection<StateDocument>(collection)
          .bulkWrite(own.map(operationOf), { session, ordered: true, maxTimeMS });
      }
    },
  };
}

/** A session does one thing after the other, whatever a definition asks for at once. */
function inTurn(
  find: (collection: string, ids: readonly string[]) => Promise<readonly StateDocument[]>,
): StateReader['find'] {
  let former: Promise<unknown> = Promise.resolve();
  return async <T extends StateDocument>(collection: string, ids: readonly string[]) => {
    const mine = former.then(() => find(collection, ids));
    former = mine.catch(() => {});
    // The collections are the definition's own: it knows what it put there.
    return new Map((await mine).map((document) => [document._id, document as T]));
  };
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
