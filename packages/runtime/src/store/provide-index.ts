import { type CreateIndexesOptions, type Db, type IndexDirection, MongoServerError } from 'mongodb';
import { TrunklineError } from '../errors.ts';

/** What makes an index another than its key alone would. */
export type IndexOptions = Pick<
  CreateIndexesOptions,
  'unique' | 'sparse' | 'partialFilterExpression' | 'expireAfterSeconds'
>;

/** An index of a collection. */
export interface NewIndex {
  readonly collection: string;
  readonly key: Readonly<Record<string, IndexDirection>>;
  readonly options: IndexOptions;
}

const unauthorized = 13;
/** An index of the same key or name is there with other options. */
const conflicts: readonly unknown[] = [85, 86];

/** One try of {@link Store.provideIndex}. Without a limit of its own: on a large collection it takes as long as it takes. */
export async function provideIndex(db: Db, index: NewIndex): Promise<void> {
  const { collection, key, options } = index;
  try {
    await db.collection(collection).createIndex({ ...key }, options);
  } catch (error) {
    if (!(error instanceof MongoServerError)) throw error;
    if (!conflicts.includes(error.code)) throw explained(error, index);
    if (options.expireAfterSeconds === undefined) throw explained(error, index);
    // It is there with another time of life.
    const { expireAfterSeconds } = options;
    await db
      .command({ collMod: collection, index: { keyPattern: key, expireAfterSeconds } })
      .catch((cause: unknown) => {
        throw explained(cause, index);
      });
  }
}

/** What a person has to do about it, where trying again brings the same; anything else as it is. */
function explained(cause: unknown, { collection, key }: NewIndex): unknown {
  if (!(cause instanceof MongoServerError)) return cause;
  const what = `the index ${JSON.stringify(key)} of ${collection}`;
  if (cause.code === unauthorized) {
    const remedy = 'give the user of MONGO_URL its rights (scripts/infra.ts does)';
    return new TrunklineError('permission_denied', `MongoDB does not let us make ${what}: ${remedy}`, { cause });
  }
  if (!conflicts.includes(cause.code)) return cause;
  const message = `${what} is there with other options: remove it (dropIndex), then start again: it is made anew`;
  return new TrunklineError('failed_precondition', message, { cause });
}
