// Not by the package's door: everything else behind it would be loaded before anything starts.
import type { Report, ServerName } from '../../packages/testkit/src/servers/fetch/fetch.mjs';
import { freePort, isFree } from '../../packages/testkit/src/servers/ports.ts';
import { type Servers, startServers } from '../../packages/testkit/src/servers/start-servers.ts';
import { bytes, type Progress, took } from '../progress.mjs';
import { type Access, connectorNames, makeUsers, type Users } from './users.ts';

/** The ports that people expect. */
const PORTS = { nats: 4222, mongo: 27017, kafka: 9092 } as const;
/** Name of the database. */
export const DATABASE = 'trunkline';

/** The servers of `npm start`. Leaving the block stops them; their data stays. */
export interface AllServers extends AsyncDisposable {
  /** Addresses for `scripts/up.ts`: as `root`, and in SERVICE_ACCESS (JSON) what each service is given. */
  readonly environment: Readonly<Record<string, string>>;
  /** NATS and MongoDB, for whoever tries what happens without them. Only those that were started here. */
  readonly controls: Pick<Servers, 'kill' | 'restart' | 'freeze' | 'thaw'>;
  /** Why Kafka could not be provided; known only some time after the start. */
  readonly problem: unknown;
}

/** Which ports the servers get. */
export interface PortChoice {
  /** Those that people expect, where nobody else has them; else free ones, so that several installations run side by side. */
  readonly hasUsualPorts?: boolean;
}

/** Starts NATS and MongoDB and waits for them; Kafka, which takes longest, follows. `ending` is aborted if it cannot come. */
export async function startAll(
  dataDir: string,
  progress: Progress,
  ending: AbortController,
  { hasUsualPorts = false }: PortChoice = {},
): Promise<AllServers> {
  const { signal } = ending;
  const report: Report = ({ name, doneBytes, totalBytes }) => {
    if (doneBytes < totalBytes) progress.update(name, bytes(doneBytes, totalBytes));
    else progress.drop(name);
  };
  const portFor = async (name: ServerName) =>
    hasUsualPorts && (await isFree(PORTS[name])) ? PORTS[name] : await freePort();
  const ports = { nats: await portFor('nats'), mongo: await portFor('mongo'), kafka: await portFor('kafka') };
  const users = makeUsers(connectorNames(), DATABASE);
  const common = { dataDir, ports, report, signal };
  let problem: unknown;
  const kafka = timed('kafka', progress, startServers({ ...common, kafka: true })).catch((error: unknown) => {
    // When the others have failed, or somebody has said stop, that is why.
    if (!signal.aborted) problem = error;
    ending.abort();
    return undefined;
  });
  const end = async (first?: Servers) => {
    // Whoever stops now does not wait for Kafka to come.
    ending.abort();
    await first?.stop();
    await (await kafka)?.stop();
  };
  const wanted = { ...common, nats: true, mongo: true, natsUsers: users.nats, mongoUsers: users.mongo } as const;
  try {
    const first = await timed('nats, mongo', progress, startServers(wanted));
    const { SERVERS: forced = 'env', KAFKA_BROKERS: given } = process.env;
    const kafkaBrokers = forced === 'env' && given ? given : `127.0.0.1:${ports.kafka}`;
    return {
      environment: { ...environmentOf(first, users), KAFKA_BROKERS: kafkaBrokers },
      controls: first,
      get problem() {
        return problem;
      },
      [Symbol.asyncDispose]: () => end(first),
    };
  } catch (error) {
    await end();
    throw problem ?? error;
  }
}

/** What `scripts/up.ts` is told of servers that run. */
export function environmentOf(servers: Servers, users: Users): Record<string, string> {
  const access = users.nats.map(({ user, password }): [string, Access] => {
    const hasData = users.mongo.some(({ name }) => name === user);
    return [user, { ...natsAccess(servers, user, password), MONGO_URL: hasData ? servers.mongoUrlOf(user) : '' }];
  });
  const { natsUrl, mongoUrl } = servers;
  return {
    NATS_URL: natsUrl,
    MONGO_URL: mongoUrl,
    MONGO_DATABASE: DATABASE,
    SERVICE_ACCESS: JSON.stringify(Object.fromEntries(access)),
  };
}

/** A server that the environment names has its own users: who it names in its address is who all services are. */
function natsAccess(servers: Servers, user: string, password: string): Omit<Access, 'MONGO_URL'> {
  const own = servers.natsUrlOf(user);
  if (own === servers.natsUrl) return { NATS_URL: own, NATS_USER: '', NATS_PASSWORD: '' };
  // Several addresses, with one user before them, are no URL.
  return { NATS_URL: own.replace(/\/\/[^@]*@/, '//'), NATS_USER: user, NATS_PASSWORD: password };
}

async function timed<Result>(name: string, progress: Progress, work: Promise<Result>): Promise<Result> {
  const since = performance.now();
  const result = await work;
  progress.done(name, `ready in ${took(since)}`);
  return result;
}
