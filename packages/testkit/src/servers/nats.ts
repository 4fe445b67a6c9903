import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Launch } from './instance.ts';

/** A user of NATS with the subjects that it may publish and subscribe to; without permissions it may do everything. */
export interface NatsUser {
  readonly user: string;
  readonly password: string;
  readonly permissions?: {
    readonly publish?: SubjectRights;
    readonly subscribe?: SubjectRights;
    /** May answer a request although its reply subject is not allowed. */
    readonly allowResponses?: boolean;
  };
}

/** `deny` wins over `allow`; an empty `allow` list allows nothing. */
export interface SubjectRights {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
}

export interface NatsOptions {
  readonly program: string;
  readonly folder: string;
  readonly port: number;
  readonly keepsData: boolean;
  readonly users: readonly NatsUser[];
  /** `always`: a PubAck is a promise over a power cut. `default`: written to disk once in two minutes. */
  readonly sync: 'default' | 'always';
  /** Its place in a cluster; absent: it stands alone. */
  readonly member?: NatsMember;
}

/** One server of a cluster. */
export interface NatsMember {
  /** Unique in the cluster. */
  readonly name: string;
  /** Where the others connect to. */
  readonly clusterPort: number;
  /** Where it says whether it is well. */
  readonly monitorPort: number;
  /** Cluster ports of all. */
  readonly allPorts: readonly number[];
}

/** Writes the configuration into the folder and says how to start the server with it. */
export async function natsLaunch(options: NatsOptions): Promise<Launch> {
  const { program, folder, port, keepsData } = options;
  const path = join(folder, 'nats.json');
  // The server's own format takes JSON. Only we may read it: it holds passwords.
  await writeFile(path, JSON.stringify(natsConfig(options), null, 2), { mode: 0o600 });
  return { name: 'nats', program, folder, port, keepsData, args: ['--config', path], env: {} };
}

function natsConfig({ folder, port, users, sync, member }: NatsOptions): object {
  return {
    server_name: member?.name ?? 'trunkline',
    ...(member === undefined ? {} : clusterConfig(member)),
    host: '127.0.0.1',
    port,
    max_payload: 8 * 1024 * 1024,
    jetstream: { store_dir: join(folder, 'jetstream'), ...(sync === 'always' ? { sync_interval: 'always' } : {}) },
    // All services in one process on a busy machine need longer to say who they are than the usual 2 seconds.
    ...(users.length === 0 ? {} : { authorization: { timeout: 20, users: users.map(natsUser) } }),
  };
}

function clusterConfig({ clusterPort, monitorPort, allPorts }: NatsMember): object {
  const routes = allPorts.map((port) => `nats://127.0.0.1:${port}`);
  return {
    http: `127.0.0.1:${monitorPort}`,
    // Clients are told of all members; those that come by other addresses are not to find a way around these.
    cluster: { name: 'trunkline', listen: `127.0.0.1:${clusterPort}`, routes, no_advertise: true },
  };
}

function natsUser({ user, password, permissions }: NatsUser): object {
  if (permissions === undefined) return { user, password };
  const { publish, subscribe, allowResponses } = permissions;
  return { user, password, permissions: { publish, subscribe, ...(allowResponses ? { allow_responses: true } : {}) } };
}

/** The address of a server or of the servers of a cluster on this machine, with user and password in it if it asks for them. */
export function natsUrl(port: number | readonly number[], user?: NatsUser): string {
  const who = user === undefined ? '' : `${encodeURIComponent(user.user)}:${encodeURIComponent(user.password)}@`;
  return `nats://${who}${[port]
    .flat()
    .map((each) => `127.0.0.1:${each}`)
    .join(',')}`;
}
