import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { container } from './container.ts';
import type { Report, ServerName } from './fetch/fetch.mjs';
import type { Instance, Launch } from './instance.ts';
import { type KafkaDoor, kafkaLaunch } from './kafka.ts';
import { localProcess } from './local-process.ts';
import { mongoLaunch } from './mongo.ts';
import { type MongoUser, mongoUrl, setUpMongo, untilWritable } from './mongo-setup.ts';
import { type NatsMember, type NatsUser, natsLaunch, natsUrl } from './nats.ts';
import { clusterOf } from './nats-cluster.ts';
import { freePort } from './ports.ts';
import { findWay, type Way } from './way.ts';

/** What one server is to be like. */
export interface Wanted {
  readonly folder: string;
  readonly keepsData: boolean;
  readonly port: number | undefined;
  readonly own: boolean;
  readonly natsUsers: readonly NatsUser[];
  readonly natsSync: 'default' | 'always';
  /** Servers of a cluster; 1: it stands alone. */
  readonly natsMembers: number;
  readonly mongoUsers: readonly MongoUser[];
  readonly kafkaDoors: readonly KafkaDoor[];
  readonly report: Report | undefined;
  readonly onEnded: ((what: string) => void) | undefined;
}

/** A server that works. Without an instance it was given by the environment and is not ours to control. */
export interface Provided {
  readonly url: string;
  urlOf(user: string): string;
  readonly instance?: Instance;
}

/** Provides one server and returns when it is ready for use. */
export async function provide(name: ServerName, wanted: Wanted, signal: AbortSignal): Promise<Provided> {
  const way = await findWay(name, { own: wanted.own, signal, report: wanted.report });
  if (way.kind === 'env') return { url: way.address, urlOf: () => way.address };
  const port = wanted.port ?? (await freePort());
  return KINDS[name](way, port, wanted, signal);
}

type Started = Exclude<Way, { kind: 'env' }>;

const KINDS = { nats: provideNats, mongo: provideMongo, kafka: provideKafka };

async function provideNats(way: Started, port: number, wanted: Wanted, signal: AbortSignal): Promise<Provided> {
  const root: NatsUser = { user: 'root', password: randomBytes(18).toString('base64url') };
  const users = wanted.natsUsers.length === 0 ? [] : [root, ...wanted.natsUsers];
  const { keepsData, natsSync: sync } = wanted;
  const ports = [port, ...(await freePorts(wanted.natsMembers - 1))];
  const members = await membersOf(ports.length);
  const instances = await Promise.all(
    ports.map(async (own, index) => {
      const member = members[index];
      const folder = member === undefined ? wanted.folder : join(wanted.folder, member.name);
      await mkdir(folder, { recursive: true });
      const common = { program: programOf(way), folder, port: own, keepsData, users, sync };
      return runAs(way, await natsLaunch(member === undefined ? common : { ...common, member }), wanted.onEnded);
    }),
  );
  const [alone] = instances;
  const instance =
    alone !== undefined && members.length === 0
      ? alone
      : clusterOf(
          members.flatMap(({ monitorPort }, index) => ({ instance: instances[index] as Instance, monitorPort })),
        );
  await instance.start(signal);
  const urlOf = (name: string) =>
    natsUrl(
      ports,
      findUser(users, (user) => user.user === name, name),
    );
  return { url: users.length === 0 ? natsUrl(ports) : natsUrl(ports, root), urlOf, instance };
}

async function freePorts(count: number): Promise<number[]> {
  return await Promise.all(Array.from({ length: count }, () => freePort()));
}

/** The places of a cluster's servers; none when one stands alone. */
async function membersOf(count: number): Promise<NatsMember[]> {
  if (count < 2) return [];
  const [allPorts, monitorPorts] = [await freePorts(count), await freePorts(count)];
  return allPorts.map((clusterPort, index) => {
    return { name: `nats-${index + 1}`, clusterPort, monitorPort: monitorPorts[index] ?? 0, allPorts };
  });
}

async function provideMongo(way: Started, port: number, wanted: Wanted, signal: AbortSignal): Promise<Provided> {
  const { folder, keepsData, mongoUsers: users } = wanted;
  const launch = await mongoLaunch({ program: programOf(way), folder, port, keepsData, auth: users.length > 0 });
  const instance = runAs(way, launch, wanted.onEnded);
  await instance.start(signal);
  try {
    const url = await setUpMongo({ folder, port, users }, signal);
    const start = async (again: AbortSignal) => {
      await instance.start(again);
      await untilWritable(url, again);
    };
    const urlOf = (name: string) =>
      mongoUrl(
        port,
        findUser(users, (user) => user.name === name, name),
      );
    return { url, urlOf, instance: { ...instance, start } };
  } catch (error) {
    await instance.stop();
    throw error;
  }
}

async function provideKafka(way: Started, port: number, wanted: Wanted, signal: AbortSignal): Promise<Provided> {
  const { folder, keepsData, kafkaDoors: doors } = wanted;
  const instance = runAs(
    way,
    await kafkaLaunch({ way, folder, port, controllerPort: await freePort(), keepsData, doors }, signal),
    wanted.onEnded,
  );
  await instance.start(signal);
  const url = `127.0.0.1:${port}`;
  return { url, urlOf: () => url, instance };
}

function runAs(way: Started, launch: Launch, onEnded: Wanted['onEnded']): Instance {
  return way.kind === 'docker' ? container(way.image, launch) : localProcess(launch, onEnded);
}

/** In a container the program is found on its own PATH. */
function programOf(way: Started): string {
  return way.kind === 'docker' ? '' : way.program;
}

function findUser<User>(users: readonly User[], matches: (user: User) => boolean, name: string): User {
  const user = users.find(matches);
  if (user === undefined) throw new Error(`No user ${name} was asked for`);
  return user;
}
