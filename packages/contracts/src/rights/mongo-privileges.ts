import { collections } from '../collections.ts';
import { rightsOf } from '../rights.ts';

/** One privilege of a MongoDB role. */
export interface MongoPrivilege {
  readonly resource: { readonly db: string; readonly collection: string };
  readonly actions: readonly string[];
}

/** Its own indexes too: a service knows best by what it asks, and some follow from its settings. */
const write = ['find', 'insert', 'update', 'remove', 'createCollection', 'createIndex', 'collMod'] as const;
/** The directory tells its changes from the change streams of its own collections. */
const writeAndWatch = [...write, 'changeStream'] as const;

/** The privileges of a service's MongoDB user in a database, from the table of rights; empty: it has no user. Pure. */
export function mongoPrivileges(service: string, database: string): readonly MongoPrivilege[] {
  const watched: readonly string[] = Object.values(collections.directory);
  return (rightsOf(service, []).collections ?? []).map((collection) => ({
    resource: { db: database, collection },
    actions: watched.includes(collection) ? writeAndWatch : write,
  }));
}
