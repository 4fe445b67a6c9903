import { randomBytes } from 'node:crypto';
import { globSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { coreServices, mongoPrivileges, natsPermissions } from '../../packages/contracts/src/index.ts';
import type { MongoUser, NatsUser } from '../../packages/testkit/src/index.ts';

/** What one service is given in its environment to reach the servers: its own users and no others. */
export type Access = Readonly<Record<'NATS_URL' | 'NATS_USER' | 'NATS_PASSWORD' | 'MONGO_URL', string>>;

/** A user of NATS and one of MongoDB for every service, with the rights that the table of rights gives it. */
export interface Users {
  readonly nats: readonly NatsUser[];
  readonly mongo: readonly MongoUser[];
}

/** Names of the connectors: those folders that have a definition. */
export function connectorNames(): string[] {
  return globSync('services/connectors/*/index.ts').map((path) => basename(dirname(path)));
}

/** Makes the users of all services; passwords are new with every start, because nobody has to remember them. */
export function makeUsers(connectors: readonly string[], database: string): Users {
  const services = [...coreServices, ...connectors];
  const password = () => randomBytes(24).toString('base64url');
  return {
    nats: services.map((user) => ({ user, password: password(), permissions: natsPermissions(user, connectors) })),
    mongo: services
      .map((name) => ({ name, password: password(), privileges: mongoPrivileges(name, database) }))
      .filter(({ privileges }) => privileges.length > 0),
  };
}
