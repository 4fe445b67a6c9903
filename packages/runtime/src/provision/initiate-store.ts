import { type Db, MongoClient, MongoServerError } from 'mongodb';
import { pause } from '../deadline.ts';

/** What {@link initiateStore} wants. */
export interface InitiateOptions {
  /** Where mongod listens as seen from its own machine, host:port: only from there may the first user be made. */
  readonly localAddress: string;
  /** Name that its clients know it by, host:port; the replica set keeps it. */
  readonly member: string;
  /** Password of the administrator `root`. */
  readonly rootPassword: string;
  readonly signal: AbortSignal;
}

const replicaSet = 'rs0';
const alreadyInitialized = 23;
const authenticationFailed = 18;
const waitMs = 500;

/**
 * Brings a fresh mongod that was started with `--replSet rs0 --keyFile …` to a replica set of one member with the administrator
 * `root`; waits for a server that is still starting, and leaves one that is ready as it is. Rejects when the signal aborts.
 * Returns the administrator's address. Called by infra before {@link provision}, where nobody has made the set by hand.
 */
export async function initiateStore(options: InitiateOptions): Promise<string> {
  const { localAddress, member, rootPassword, signal } = options;
  const root = `mongodb://root:${encodeURIComponent(rootPassword)}@${localAddress}/?directConnection=true&authSource=admin`;
  for (;;) {
    signal.throwIfAborted();
    const state = await stateOf(root);
    if (state === 'ready') return root;
    if (state === 'no user') await begin(`mongodb://${localAddress}/?directConnection=true`, member, rootPassword);
    await pause(waitMs, signal);
  }
}

/** No user: the password is refused, because it was never set. */
async function stateOf(url: string): Promise<'ready' | 'no user' | 'starting'> {
  try {
    return await asking(url, async (admin) =>
      (await admin.command({ hello: 1 })).isWritablePrimary === true ? 'ready' : 'starting',
    );
  } catch (error) {
    return error instanceof MongoServerError && error.code === authenticationFailed ? 'no user' : 'starting';
  }
}

/** Each step may have been done by an earlier start that ended in between; the last is refused once there is a user. */
async function begin(url: string, member: string, rootPassword: string): Promise<void> {
  await asking(url, async (admin) => {
    const members = [{ _id: 0, host: member }];
    await admin.command({ replSetInitiate: { _id: replicaSet, members } }).catch((error: unknown) => {
      if (!(error instanceof MongoServerError && error.code === alreadyInitialized)) throw error;
    });
    if ((await admin.command({ hello: 1 })).isWritablePrimary !== true) return;
    await admin.command({ createUser: 'root', pwd: rootPassword, roles: ['root'] });
  });
}

async function asking<Answer>(url: string, ask: (admin: Db) => Promise<Answer>): Promise<Answer> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 5_000, socketTimeoutMS: 20_000, maxPoolSize: 1 });
  try {
    return await ask((await client.connect()).db('admin'));
  } finally {
    await client.close();
  }
}
