import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report, ServerName } from './fetch/fetch.mjs';
import { scratchFolder } from './folders.ts';
import type { Instance } from './instance.ts';
import type { KafkaDoor } from './kafka.ts';
import type { MongoUser } from './mongo-setup.ts';
import type { NatsUser } from './nats.ts';
import { type Provided, provide, type Wanted } from './provide.ts';

/** What is wanted. A server that is not named is not started. */
export interface ServersWanted {
  readonly nats?: boolean;
  readonly mongo?: boolean;
  readonly kafka?: boolean;
  /** Keeps the data of every server here; without it the data goes when the servers stop. */
  readonly dataDir?: string;
  /** Fixed ports; without them free ones are found. */
  readonly ports?: Partial<Record<ServerName, number>>;
  /** Users of NATS; `root` with all rights is added. Without them NATS asks for no password. */
  readonly natsUsers?: readonly NatsUser[];
  /** Users of MongoDB; `root` is added. Without them mongod asks for no password. */
  readonly mongoUsers?: readonly MongoUser[];
  /** `always` makes every PubAck a promise over a power cut; by default NATS writes through once in two minutes. */
  readonly natsSync?: 'default' | 'always';
  /** Servers of NATS that form a cluster, 3 or 5; by default one stands alone. What is killed or frozen is one of them in turn. */
  readonly natsMembers?: number;
  /** Listeners of Kafka beside its own. */
  readonly kafkaDoors?: readonly KafkaDoor[];
  /** The servers will be killed, frozen or restarted, so addresses from the environment are not taken. */
  readonly own?: boolean;
  /** Hears how far a download is. */
  readonly report?: Report;
  /** Hears, in words, that a server's process ended although nobody told it to. Those in containers are not watched. */
  readonly onEnded?: (what: string) => void;
  /** Ends the wait for servers that are still starting. */
  readonly signal?: AbortSignal;
}

/** Running servers. Use with `await using`: leaving the block stops them. Asking for one that is not there throws. */
export interface Servers extends AsyncDisposable {
  /** As `root` if there are users. */
  readonly natsUrl: string;
  /** As `root` if there are users. Has no database in it. */
  readonly mongoUrl: string;
  /** `host:port`, several separated by commas. */
  readonly kafkaBrokers: string;
  /** An address with user and password in it; of a server from the environment always that address itself. */
  natsUrlOf(user: string): string;
  /** The same for MongoDB. */
  mongoUrlOf(user: string): string;
  /** Process ids of what runs here now, for measuring. */
  readonly pids: Partial<Record<ServerName, number>>;
  /** SIGKILL. Comes back with `restart`, on the same port, with the same data. Rejects when it does not run. */
  kill(name: ServerName): Promise<void>;
  /** Stops it if it runs (politely with `dataDir`, else by SIGKILL) and waits until it works again. */
  restart(name: ServerName): Promise<void>;
  /** SIGSTOP: it holds its connections and says nothing until `thaw`. */
  freeze(name: ServerName): Promise<void>;
  thaw(name: ServerName): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Provides real servers: from the environment, Docker, the PATH, or a verified download (in this order; `SERVERS` forces one),
 * started side by side and ready for use when this returns. MongoDB is a replica set of one: transactions and change streams work.
 * Throws a Problem, one sentence with a remedy, when the machine lacks something.
 */
export async function startServers(wanted: ServersWanted): Promise<Servers> {
  const signal = wanted.signal ?? new AbortController().signal;
  const folder = wanted.dataDir ?? (await scratchFolder());
  const names = (['nats', 'mongo', 'kafka'] as const).filter((name) => wanted[name] === true);
  const running = new Map<ServerName, Provided>();
  const stop = async () => {
    await Promise.all([...running.values()].map((server) => server.instance?.stop()));
    if (wanted.dataDir === undefined) await rm(folder, { recursive: true, force: true });
  };
  const begin = async (name: ServerName) => {
    const own = join(folder, name);
    await mkdir(own, { recursive: true });
    running.set(name, await provide(name, oneOf(name, own, wanted), signal));
  };
  const failed = (await Promise.allSettled(names.map(begin))).find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  return asServers(running, stop, signal);
}

function oneOf(name: ServerName, folder: string, wanted: ServersWanted): Wanted {
  return {
    folder,
    keepsData: wanted.dataDir !== undefined,
    port: wanted.ports?.[name],
    own: wanted.own ?? false,
    natsUsers: wanted.natsUsers ?? [],
    natsSync: wanted.natsSync ?? 'default',
    natsMembers: wanted.natsMembers ?? 1,
    mongoUsers: wanted.mongoUsers ?? [],
    kafkaDoors: wanted.kafkaDoors ?? [],
    report: wanted.report,
    onEnded: wanted.onEnded,
  };
}

function asServers(
  running: ReadonlyMap<ServerName, Provided>,
  stop: () => Promise<void>,
  signal: AbortSignal,
): Servers {
  const server = (name: ServerName): Provided => {
    const found = running.get(name);
    if (found === undefined) throw new Error(`startServers was not asked for ${name}`);
    return found;
  };
  const control = (name: ServerName): Instance => {
    const { instance } = server(name);
    if (instance === undefined)
      throw new Error(`${name} was given by the environment: only with own: true can it be controlled`);
    return instance;
  };
  return {
    get natsUrl() {
      return server('nats').url;
    },
    get mongoUrl() {
      return server('mongo').url;
    },
    get kafkaBrokers() {
      return server('kafka').url;
    },
    get pids() {
      const pids = [...running].map(([name, { instance }]) => [name, instance?.pid()] as const);
      return Object.fromEntries(pids.filter(([, pid]) => pid !== undefined));
    },
    natsUrlOf: (user) => server('nats').urlOf(user),
    mongoUrlOf: (user) => server('mongo').urlOf(user),
    kill: (name) => control(name).kill(),
    freeze: (name) => control(name).freeze(),
    thaw: (name) => control(name).thaw(),
    restart: async (name) => {
      if (control(name).pid() !== undefined) await control(name).stop();
      await control(name).start(signal);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
