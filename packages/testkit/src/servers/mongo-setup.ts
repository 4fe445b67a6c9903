import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Db, type Document, MongoClient, MongoServerError } from 'mongodb';

/** A user of MongoDB: whole roles, or single privileges (which become a role of the same name), or both. */
export interface MongoUser {
  readonly name: string;
  readonly password: string;
  readonly roles?: readonly { readonly role: string; readonly db: string }[];
  readonly privileges?: readonly {
    readonly resource: { readonly db: string; readonly collection: string };
    readonly actions: readonly string[];
  }[];
}

/** What is remembered beside the data: the port that the replica set knows itself by, and the password of `root`. */
interface Remembered {
  readonly port: number;
  readonly rootPassword?: string;
  /** False until the set is initiated and `root` exists: a first start may have been killed in between. */
  readonly ready: boolean;
}

const SET = 'rs0';
const UNAUTHORIZED = 13;

/** Makes an address that works for one server, also through a proxy, because the driver does not ask the set for its members. */
export function mongoUrl(port: number, user?: { name: string; password: string }): string {
  const who = user === undefined ? '' : `${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}@`;
  const source = user === undefined ? '' : '&authSource=admin';
  return `mongodb://${who}127.0.0.1:${port}/?directConnection=true${source}`;
}

/**
 * Brings a started mongod to where transactions, change streams and the users work, whatever state its data is in: never initiated,
 * initiated under another port, users changed. Returns the address of `root` (without users: of anyone).
 */
export async function setUpMongo(
  options: { folder: string; port: number; users: readonly MongoUser[] },
  signal: AbortSignal,
): Promise<string> {
  const { folder, port, users } = options;
  const before = (await remembered(folder)) ?? firstState(port, users.length > 0);
  await remember(folder, before);
  if (!before.ready) await initiate(port, before.rootPassword, signal);
  const url = rootUrl(port, before);
  await using connection = await open(url);
  if (before.port !== port) await moveTo(port, connection.admin);
  await untilPrimary(connection.admin, signal);
  for (const user of users) await putUser(connection.admin, user);
  await remember(folder, { ...before, port, ready: true });
  return url;
}

/** Waits until a restarted server takes writes again. */
export async function untilWritable(url: string, signal: AbortSignal): Promise<void> {
  await using connection = await open(url);
  await untilPrimary(connection.admin, signal);
}

/** Has mongod write everything to its disk, which it does by itself once a minute. Whether it can is no matter; a server that does not answer is given up within seconds. */
export async function writeCheckpoint(url: string): Promise<void> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 1_000, socketTimeoutMS: 2_000 });
  const writing = client.db('admin').command({ fsync: 1 });
  await writing.catch(() => {});
  await client.close();
}

function firstState(port: number, auth: boolean): Remembered {
  return { port, ready: false, ...(auth ? { rootPassword: randomBytes(24).toString('base64url') } : {}) };
}

async function initiate(port: number, rootPassword: string | undefined, signal: AbortSignal): Promise<void> {
  await using connection = await open(mongoUrl(port));
  const { admin } = connection;
  const hello = await admin.command({ hello: 1 });
  if (hello.setName === undefined) {
    await admin.command({ replSetInitiate: { _id: SET, members: [{ _id: 0, host: `127.0.0.1:${port}` }] } });
  }
  await untilPrimary(admin, signal);
  if (rootPassword === undefined) return;
  // Allowed without a password from this machine while there is no user; refused when an earlier start got as far as this.
  await admin.command({ createUser: 'root', pwd: rootPassword, roles: ['root'] }).catch((error: unknown) => {
    if (!(error instanceof MongoServerError && error.code === UNAUTHORIZED)) throw error;
  });
}

/** The set knows itself by an address; data that comes back under another port has to be told. */
async function moveTo(port: number, admin: Db): Promise<void> {
  const { config } = await admin.command({ replSetGetConfig: 1 });
  const member = config.members[0];
  const moved: Document = {
    ...config,
    version: config.version + 1,
    members: [{ ...member, host: `127.0.0.1:${port}` }],
  };
  await admin.command({ replSetReconfig: moved, force: true });
}

async function putUser(admin: Db, user: MongoUser): Promise<void> {
  const own = user.privileges === undefined ? [] : [{ role: user.name, db: 'admin' }];
  if (user.privileges !== undefined) {
    const { roles: known } = await admin.command({ rolesInfo: user.name });
    const verb = known.length > 0 ? 'updateRole' : 'createRole';
    await admin.command({ [verb]: user.name, privileges: user.privileges, roles: [] });
  }
  const { users: known } = await admin.command({ usersInfo: user.name });
  const verb = known.length > 0 ? 'updateUser' : 'createUser';
  await admin.command({ [verb]: user.name, pwd: user.password, roles: [...(user.roles ?? []), ...own] });
}

async function untilPrimary(admin: Db, signal: AbortSignal): Promise<void> {
  while (!(await admin.command({ hello: 1 })).isWritablePrimary) await delay(10, undefined, { signal });
}

async function open(url: string): Promise<AsyncDisposable & { admin: Db }> {
  const client = await new MongoClient(url, {
    serverSelectionTimeoutMS: 10_000,
    socketTimeoutMS: 20_000,
    maxPoolSize: 1,
  }).connect();
  return { admin: client.db('admin'), [Symbol.asyncDispose]: () => client.close() };
}

function rootUrl(port: number, { rootPassword }: Remembered): string {
  return rootPassword === undefined ? mongoUrl(port) : mongoUrl(port, { name: 'root', password: rootPassword });
}

async function remembered(folder: string): Promise<Remembered | undefined> {
  const text = await readFile(join(folder, 'remembered.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

async function remember(folder: string, state: Remembered): Promise<void> {
  await writeFile(join(folder, 'remembered.json'), JSON.stringify(state), { mode: 0o600 });
}
