import { randomBytes } from 'node:crypto';
import { container } from './container.ts';
import type { Report, ServerName } from './fetch/fetch.mjs';
import type { Instance, Launch } from './instance.ts';
import { kafkaLaunch } from './kafka.ts';
import { localProcess } from './local-process.ts';
import { mongoLaunch } from './mongo.ts';
import { type MongoUser, mongoUrl, setUpMongo, untilWritable } from './mongo-setup.ts';
import { type NatsUser, natsLaunch, natsUrl } from './nats.ts';
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
  readonly mongoUsers: readonly MongoUser[];
  readonly report: Report | undefined;
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
  const { folder, keepsData, natsSync } = wanted;
  const instance = runAs(
    way,
    await natsLaunch({ program: programOf(way), folder, port, keepsData, users, sync: natsSync }),
  );
  await instance.start(signal);
  const urlOf = (name: string) =>
    natsUrl(
      port,
      findUser(users, (user) => user.user === name, name),
    );
  return { url: users.length === 0 ? natsUrl(port) : natsUrl(port, root), urlOf, instance };
}

async function provideMongo(way: Started, port: number, wanted: Wanted, signal: AbortSignal): Promise<Provided> {
  const { folder, keepsData, mongoUsers: users } = wanted;
  const launch = await mongoLaunch({ program: programOf(way), folder, port, keepsData, auth: users.length > 0 });
  const instance = runAs(way, launch);
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
    await instance.kill();
    throw error;
  }
}

async function provideKafka(way: Started, port: number, wanted: Wanted, signal: AbortSignal): Promise<Provided> {
  const { folder, keepsData } = wanted;
  const instance = runAs(
    way,
    await kafkaLaunch({ way, folder, port, controllerPort: await freePort(), keepsData }, signal),
  );
  await instance.start(signal);
  const url = `127.0.0.1:${port}`;
  return { url, urlOf: () => url, instance };
}

function runAs(way: Started, launch: Launch): Instance {
  return way.kind === 'docker' ? container(way.image, launch) : localProcess(launch);
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
