import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { provision, startService } from '../../packages/runtime/src/index.ts';
import { freePort, isFree } from '../../packages/testkit/src/servers/ports.ts';
import { createTelegramSimulator, type TelegramSimulator } from '../../services/connectors/telegram/simulator/index.ts';
import { demo as demoService } from '../../services/demo/src/service.ts';
import { type Access, connectorNames } from '../start/users.ts';
import type { Places } from './banner.ts';
import { environmentsOf, type Instance } from './environments.ts';
import { planInstances } from './instances.ts';
import { servesInTime } from './limits.ts';
import { runHosted, runProcesses } from './run.ts';
import { keepSecrets } from './secrets.ts';
import { type Demo, demoTenantId, seed } from './seed.ts';
import { startSimulated, type Telephone } from './telephones.ts';

/** A bot whose platform cannot call this machine: its connector fetches its updates itself. */
export interface Bot {
  readonly token: string;
  /** A Bot API server other than Telegram's own. */
  readonly apiUrl: string | undefined;
}

/** What the demo runs with. */
export interface DemoOptions {
  /** Addresses of the servers and SERVICE_ACCESS, as `scripts/start/servers.ts` gives them; settings of all services besides. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where secrets and the demo portal's events are kept. */
  readonly dataFolder: string;
  readonly logFolder: string;
  readonly isApart?: boolean;
  /** Takes the ports that people expect (8080, 50051, 8090, 8091) where they are free; else free ones alone. */
  readonly hasUsualPorts?: boolean;
  readonly scale?: Readonly<Record<string, number>>;
  /** Every messenger that has a simulator, on the page's telephone; else Telegram alone. */
  readonly hasAllMessengers?: boolean;
  /** A real Telegram bot, instead of the simulator. */
  readonly bot?: Bot | undefined;
  readonly signal: AbortSignal;
}

/** Everything that runs. Leaving the block stops it. */
export interface RunningDemo extends Places, AsyncDisposable {
  readonly simulator: TelegramSimulator | undefined;
  /** Rejects when a service ends by itself; never resolves. */
  readonly failed: Promise<never>;
}

/** Starts every service on servers that run already, makes the demo tenant, and opens the demo page. */
export async function startDemo(options: DemoOptions): Promise<RunningDemo> {
  const { environment, dataFolder, logFolder: folder, bot, signal } = options;
  const secrets = await keepSecrets(join(dataFolder, 'secrets.json'));
  const connectors = connectorNames();
  const planned = planInstances(connectors, options.scale ?? {}, options.hasUsualPorts === true);
  const [instances] = await Promise.all([planned, provisionAll(environment, connectors, signal)]);
  const gateway = instances.find(({ service }) => service === 'gateway');
  if (!gateway) throw new Error('There is no gateway.');
  const publicUrl = `http://localhost:${gateway.ports.http}`;
  const hookUrl = bot ? '' : publicUrl;

  await using stack = new AsyncDisposableStack();
  // Before the services, which are told whom they may trust.
  const simulator = bot ? undefined : await createTelegramSimulator({ port: await portNear(8091, options) });
  if (simulator) stack.use(simulator);
  const hasOthers = simulator !== undefined && options.hasAllMessengers === true;
  const simulated = stack.use(await startSimulated(hasOthers ? { except: 'telegram' } : undefined));
  const platforms = [simulator?.url ?? bot?.apiUrl ?? '', ...simulated.origins].filter((url) => url !== '');
  const trusted = trustedOf(environment, platforms);
  const installation = {
    ...{ instances, connectors, secrets: secrets.values, publicUrl, hookUrl },
    ...{ ...given(environment), ...trusted },
  };
  const environments = environmentsOf(installation);
  const running = stack.use(await (options.isApart ? runProcesses : runHosted)(environments, { folder }));
  const demoPort = await portNear(8090, options);
  const demo = await seed({
    gatewayUrl: publicUrl,
    portalUrl: `http://127.0.0.1:${demoPort}/portal`,
    telegram: simulator ? { apiUrl: simulator.url, token: simulator.token } : bot,
    secrets,
  });
  const telephones: Telephone[] = simulator ? [{ messenger: 'Telegram', url: simulator.url }] : [];
  const { administratorKey } = secrets.values;
  telephones.push(...(await simulated.connect({ gatewayUrl: publicUrl, administratorKey, ...demo })));
  const places = { demoPort, publicUrl, telephones, folder: join(dataFolder, 'demo') };
  const page = { ...installation.common, ...pageEnvironment(demo, places) };
  await servesInTime({ name: 'demo' }, stack.use(startService(demoService, page)).ready);
  await writeFile(join(dataFolder, 'status.json'), statusOf(instances, publicUrl));
  const addresses = { pageUrl: `http://localhost:${demoPort}`, gatewayUrl: publicUrl, grpc: gateway.ports.grpc };
  const owned = stack.move();
  const stop = () => owned.disposeAsync();
  return { ...addresses, demo, instances, simulator, failed: running.failed, [Symbol.asyncDispose]: stop };
}

async function provisionAll(
  environment: DemoOptions['environment'],
  connectors: readonly string[],
  signal: AbortSignal,
) {
  const { NATS_URL: natsUrl, MONGO_URL: mongoUrl, MONGO_DATABASE: database } = environment;
  if (!natsUrl || !mongoUrl || !database) throw new Error('This is started by npm start, which provides the servers.');
  await provision({ natsUrl, mongoUrl, database, connectors, replicas: 1, busBytes: 2 * 1024 ** 3, signal });
}

function given(environment: DemoOptions['environment']) {
  const access: Readonly<Record<string, Access>> = JSON.parse(environment.SERVICE_ACCESS ?? '{}');
  const { MONGO_DATABASE: database = 'trunkline', KAFKA_BROKERS: kafkaBrokers = '' } = environment;
  const { LOG_LEVEL = 'info', TRACE_RATIO = '1', OTEL_EXPORTER_OTLP_ENDPOINT = '' } = environment;
  return { access, database, kafkaBrokers, common: { LOG_LEVEL, TRACE_RATIO, OTEL_EXPORTER_OTLP_ENDPOINT } };
}

/** The simulators and the demo tenant live on this machine; whoever starts it may name more. */
function trustedOf(
  { PLATFORM_HOSTS = '', ALLOW_PRIVATE_PORTALS = '' }: DemoOptions['environment'],
  urls: readonly string[],
) {
  const named = (list: string) => list.split(',').filter((entry) => entry !== '');
  const platforms = [...urls.map((url) => new URL(url).origin), ...named(PLATFORM_HOSTS)];
  return { platforms, privateTenants: [demoTenantId, ...named(ALLOW_PRIVATE_PORTALS)].join(',') };
}

interface PagePlaces {
  readonly demoPort: number;
  readonly publicUrl: string;
  readonly telephones: readonly Telephone[];
  readonly folder: string;
}

function pageEnvironment(demo: Demo, { demoPort, publicUrl, telephones, folder }: PagePlaces): Record<string, string> {
  return {
    BIND_ADDRESS: '127.0.0.1',
    HTTP_PORT: String(demoPort),
    METRICS_PORT: '0',
    GATEWAY_URL: publicUrl,
    DEMO_PORTAL_ID: demo.portalId,
    DEMO_LICENCE_KEY: demo.licenceKey,
    DEMO_API_KEY: demo.apiKey,
    DEMO_WEBCHAT_CHANNEL: demo.webchatChannelId,
    SIMULATORS: telephones.map(({ messenger, url }) => `${messenger}=${url}`).join(','),
    DEMO_FOLDER: folder,
    LOG_LEVEL: 'warn',
  };
}

/** Where `npm run status` and `npm run follow` look. Holds no secret. */
function statusOf(instances: readonly Instance[], gatewayUrl: string): string {
  const shown = instances.map(({ service, number, ports }) => ({ service, number, metricsPort: ports.metrics }));
  return JSON.stringify({ gatewayUrl, instances: shown });
}

async function portNear(usual: number, { hasUsualPorts }: DemoOptions): Promise<number> {
  return hasUsualPorts && (await isFree(usual)) ? usual : await freePort();
}
