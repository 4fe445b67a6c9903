import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { provision } from '../../packages/runtime/src/index.ts';
import { type Servers, startServers, type TcpProxy } from '../../packages/testkit/src/index.ts';
import { DATABASE, environmentOf } from '../start/servers.ts';
import { connectorNames, makeUsers } from '../start/users.ts';
import { environmentsOf, type Instance } from '../up/environments.ts';
import { planInstances } from '../up/instances.ts';
import { endProcess } from '../up/limits.ts';
import { type InstanceProcess, startProcess, untilReady } from '../up/run.ts';
import { keepSecrets } from '../up/secrets.ts';
import { type Disk, mountDisk } from './disk.ts';
import { joinByWires, kafkaDoorsOf, type Wires } from './wires.ts';

/** How the installation of a load run differs from another. */
export interface InstallationOptions {
  /** Data, secrets and logs. */
  readonly folder: string;
  /** `always`: every PubAck is a promise over a power cut. `default`: NATS writes through once in two minutes. */
  readonly natsSync: 'default' | 'always';
  /** Where traces go, one message in a hundred. */
  readonly collectorUrl: string;
  /** Origins of simulated messengers that are trusted beside it. */
  readonly platforms?: readonly string[];
  /** Instances of a service; one unless told otherwise. */
  readonly scale?: Readonly<Record<string, number>>;
  /** Servers of NATS; 3: a cluster, with three copies of everything. */
  readonly natsMembers?: number;
  /** The parts are joined by these, which can be made bad; without them directly. */
  readonly wires?: Wires | undefined;
  /** True: the stores of NATS and of MongoDB stand each on a disk of its own that can be filled. This process must be allowed to mount. */
  readonly hasDisks?: boolean;
  /** Settings of services that differ from what they have by themselves. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
  readonly signal: AbortSignal;
}

/** Every service in a process of its own, on servers of its own. Leaving the block stops them. */
export interface Installation extends AsyncDisposable {
  readonly gatewayUrl: string;
  /** The gateway as a portal's side reaches it, by its wire if there are any. */
  readonly portalsUrl: string;
  readonly administratorKey: string;
  readonly natsUrl: string;
  readonly servers: Servers;
  /** What the servers keep, a folder each. */
  readonly dataFolder: string;
  /** Names of all instances, `<service>-<number>`. */
  readonly names: readonly string[];
  /** Process ids of what runs now: instances and servers by name. */
  pids(): ReadonlyMap<string, number>;
  /**
   * Starts an instance that is down, its clock so far off the machine's, and what servers tell of their time moved as far for it;
   * resolves when it serves.
   */
  start(name: string, clockOffsetMs?: number, serversOffsetMs?: number): Promise<void>;
  /** Stops it politely, and by SIGKILL when it does not end in its time. */
  stop(name: string): Promise<void>;
  stopAll(): Promise<void>;
  /** SIGKILL; resolves when it is gone. Rejects when it does not run. */
  kill(name: string): Promise<void>;
  signal(name: string, signal: NodeJS.Signals): void;
  /** Wires between the parts, by name; none unless they were given. */
  readonly wires: ReadonlyMap<string, TcpProxy>;
  /** Disks that can be filled; undefined unless they were asked for. */
  readonly disks: Disks | undefined;
  /** Where an instance shows its metrics. */
  metricsUrl(name: string): string;
  /** Processes that ended although nobody told them to, or did not although somebody did, in words. */
  readonly strayed: readonly string[];
  /** Logs of the services, a file an instance. */
  readonly logFolder: string;
}

/** What servers keep their data on. */
export interface Disks {
  readonly nats: Disk;
  readonly mongo: Disk;
}

/** NATS lets streams have three quarters of its disk; both take what is written, and no more. */
const diskMib = { nats: 8 * 1_024, mongo: 4 * 1_024 };
const busBytes = 4 * 1024 ** 3;
const traceRatio = '0.01';

/** Starts servers and services on free ports of this machine. */
export async function startInstallation(options: InstallationOptions): Promise<Installation> {
  const { folder, signal } = options;
  await using stack = new AsyncDisposableStack();
  const connectors = connectorNames();
  const users = makeUsers(connectors, DATABASE);
  const access = { natsUsers: users.nats, mongoUsers: users.mongo, natsSync: options.natsSync };
  const { natsMembers = 1 } = options;
  const instances = await planInstances(connectors, options.scale ?? {}, false);
  const doors = options.wires === undefined ? new Map() : await kafkaDoorsOf(options.wires, instances);
  const kafkaDoors = [...doors.values()];
  const wanted = { nats: true, mongo: true, kafka: true, own: true, natsMembers, signal, ...access } as const;
  const dataFolder = join(folder, 'data');
  const disks = options.hasDisks === true ? await mountDisks(dataFolder, stack) : undefined;
  const strayed: string[] = [];
  const onEnded = (what: string) => void strayed.push(what);
  const servers = stack.use(await startServers({ ...wanted, kafkaDoors, dataDir: dataFolder, onEnded }));
  const { natsUrl, mongoUrl } = servers;
  await provision({ natsUrl, mongoUrl, database: DATABASE, connectors, replicas: natsMembers, busBytes, signal });
  const secrets = (await keepSecrets(join(folder, 'secrets.json'))).values;
  const gateway = instances.find(({ service }) => service === 'gateway');
  if (gateway === undefined) throw new Error('There is no gateway.');
  const gatewayUrl = `http://127.0.0.1:${gateway.ports.http}`;
  const gatewayFrom = async (from: string) =>
    (await options.wires?.through(from, gatewayUrl, () => 'gateway-1')) ?? gatewayUrl;
  const environments = environmentsOf({
    ...{ instances, connectors, secrets, publicUrl: gatewayUrl, hookUrl: await gatewayFrom('messenger') },
    ...{ database: DATABASE, kafkaBrokers: servers.kafkaBrokers, ...surroundingsOf(options) },
    access: JSON.parse(environmentOf(servers, users).SERVICE_ACCESS ?? '{}'),
  });
  if (options.wires !== undefined) await joinByWires(options.wires, environments, { natsUrl, mongoUrl, doors });
  const wires = options.wires?.byName ?? new Map();
  const logs = join(folder, 'logs');
  await mkdir(logs, { recursive: true });
  const running = runningOf(environments, logs, onEnded);
  stack.defer(() => running.stopAll());
  await Promise.all(running.names.map((name) => running.start(name)));
  const owned = stack.move();
  return {
    portalsUrl: await gatewayFrom('portals'),
    ...{ gatewayUrl, administratorKey: secrets.administratorKey, natsUrl, servers, dataFolder, disks, wires },
    ...{ strayed, logFolder: logs },
    ...running,
    pids: () => new Map([...Object.entries(servers.pids), ...running.pids()]),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Before the servers start, and until they have ended. */
async function mountDisks(dataFolder: string, stack: AsyncDisposableStack): Promise<Disks> {
  const nats = stack.use(await mountDisk(join(dataFolder, 'nats', 'jetstream'), diskMib.nats));
  const mongo = stack.use(await mountDisk(join(dataFolder, 'mongo', 'data'), diskMib.mongo));
  return { nats, mongo };
}

/** Who is trusted and told of what, beside the parts of the installation itself. */
function surroundingsOf({ collectorUrl, platforms = [], settings }: InstallationOptions) {
  return {
    // The messenger's side of the run takes its traces, too; every tenant of it has its portal on this machine.
    ...{ platforms: [new URL(collectorUrl).origin, ...platforms], privateTenants: 'true' },
    common: {
      ...settings,
      LOG_LEVEL: 'warn',
      TRACE_RATIO: traceRatio,
      OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
    },
  };
}

/** Starts a service whose clock is wrong. */
const skewedMain = fileURLToPath(new URL('skewed-main.ts', import.meta.url));

/** The instances, of which each may be down. */
function runningOf(
  environments: ReadonlyMap<Instance, Record<string, string>>,
  logFolder: string,
  onEnded: (what: string) => void,
) {
  const instances = new Map([...environments.keys()].map((each) => [`${each.service}-${each.number}`, each]));
  const processes = new Map<string, InstanceProcess>();
  const instanceOf = (name: string) => {
    const instance = instances.get(name);
    if (instance === undefined) throw new Error(`there is no instance ${name}`);
    return instance;
  };
  const watch = (name: string, running: InstanceProcess) => {
    running.child.once('exit', () => {
      if (processes.get(name) === running) onEnded(`${name} ended by itself: ${logFolder}/${name}.log says why`);
    });
  };
  const end = async (name: string, signal: NodeJS.Signals) => {
    const running = processes.get(name);
    if (running === undefined) return;
    // From here on it is told to end.
    processes.delete(name);
    await endProcess(running.child, signal);
    if (signal !== 'SIGKILL' && running.child.signalCode === 'SIGKILL')
      onEnded(`${name} did not end when it was told to: ${logFolder}/${name}.log says why`);
  };
  const stop = (name: string) => end(name, 'SIGTERM');
  return {
    names: [...instances.keys()],
    stop,
    kill: async (name: string) => {
      const { exitCode = 0, signalCode = null } = processes.get(name)?.child ?? {};
      if (exitCode !== null || signalCode !== null) throw new Error(`${name} does not run: nothing is killed`);
      await end(name, 'SIGKILL');
    },
    stopAll: async () => void (await Promise.all([...processes.keys()].map(stop))),
    start: async (name: string, clockOffsetMs = 0, serversOffsetMs = 0) => {
      const instance = instanceOf(name);
      const offsets = [clockOffsetMs, serversOffsetMs].map(String);
      const words = clockOffsetMs === 0 ? undefined : [skewedMain, instance.service, ...offsets];
      const running = startProcess(instance, environments.get(instance) ?? {}, logFolder, words);
      processes.set(name, running);
      watch(name, running);
      await untilReady(running);
    },
    signal: (name: string, signal: NodeJS.Signals) => void processes.get(name)?.child.kill(signal),
    metricsUrl: (name: string) => `http://127.0.0.1:${instanceOf(name).ports.metrics}/metrics`,
    pids: () => [...processes].map(([name, { child }]) => [name, child.pid ?? 0] as const),
  };
}
