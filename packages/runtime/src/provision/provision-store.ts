import { type CollectionIndex, coreServices, indexesOf, mongoPrivileges, rightsOf } from '@trunkline/contracts';
import { type Db, type MongoClient, MongoServerError } from 'mongodb';

/** What the database of an installation follows from. */
export interface StorePlan {
  readonly database: string;
  /** Names of the installed connectors. */
  readonly connectors: readonly string[];
}

const namespaceExists = 48;
const timeoutMS = 10_000;

/**
 * Makes every collection and index that is missing; safe to repeat, removes nothing. Needs rights of an administrator.
 * Rejects when an index is there in another form.
 */
export async function provisionStore(client: MongoClient, { database, connectors }: StorePlan): Promise<void> {
  const db = client.db(database);
  const names = servicesOf(connectors).flatMap((service) => rightsOf(service, connectors).collections ?? []);
  await Promise.all(names.map((name) => makeCollection(db, name)));
  for (const index of indexesOf(connectors)) await makeIndex(db, index);
}

/**
 * Makes or changes the MongoDB users of services, each with a role of its own rights. `passwords` by service; those without
 * one are left alone. Safe to repeat.
 */
export async function provisionStoreUsers(
  client: MongoClient,
  { database, connectors }: StorePlan,
  passwords: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const admin = client.db('admin');
  const provided: string[] = [];
  for (const service of servicesOf(connectors)) {
    const password = passwords.get(service);
    const privileges = mongoPrivileges(service, database);
    if (password === undefined || privileges.length === 0) continue;
    const name = `${database}_${service}`;
    const role = (await admin.command({ rolesInfo: name })).roles.length > 0 ? 'updateRole' : 'createRole';
    await admin.command({ [role]: name, privileges, roles: [] }, { timeoutMS });
    const user = (await admin.command({ usersInfo: service })).users.length > 0 ? 'updateUser' : 'createUser';
    await admin.command({ [user]: service, pwd: password, roles: [name] }, { timeoutMS });
    provided.push(service);
  }
  return provided;
}

function servicesOf(connectors: readonly string[]): readonly string[] {
  return [...coreServices, ...connectors];
}

async function makeCollection(db: Db, name: string): Promise<void> {
  try {
    await db.createCollection(name, { timeoutMS });
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === namespaceExists)) throw error;
  }
}

async function makeIndex(db: Db, { collection, key, isUnique = false, where }: CollectionIndex): Promise<void> {
  const partial = where === undefined ? {} : { partialFilterExpression: { [where]: { $exists: true } } };
  await db
    .collection(collection)
    .createIndex({ ...key }, { ...partial, ...(isUnique ? { unique: true } : {}), timeoutMS });
}
