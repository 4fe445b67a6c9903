import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { provision, startService } from '../../packages/runtime/src/index.ts';
import { freePort, isFree } from '../../packages/testkit/src/servers/ports.ts';
import { createTelegramSimulator } from '../../services/connectors/telegram/simulator/index.ts';
import { demo as demoService } from '../../services/demo/src/service.ts';
import { readFlags } from '../start/flags.mjs';
import { type Access, connectorNames } from '../start/users.ts';
import { printWelcome } from './banner.ts';
import { environmentsOf, type Instance } from './environments.ts';
import { planInstances } from './instances.ts';
import { runOnce } from './once.ts';
import { runHosted, runProcesses } from './run.ts';
import { type KeptSecrets, keepSecrets } from './secrets.ts';
import { seed } from './seed.ts';

const logs = { folder: resolve('.trunkline/logs') };

/**
 * Starts all services on servers that run already (their addresses are in the environment), seeds the demo, and runs until it
 * is told to stop, or, with --once, until one message went each way. Gives the exit code.
 */
export async function runUp(args: readonly string[]): Promise<number> {
  const flags = readFlags([...args]);
  if ('mistake' in flags) throw new Error(flags.mistake);
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => ending.abort());
  const secrets = await keepSecrets(resolve('.trunkline/data/secrets.json'));
  const connectors = connectorNames();
  const [instances] = await Promise.all([
    planInstances(connectors, flags.scale),
    provisionAll(connectors, ending.signal),
  ]);
  const gateway = instances.find(({ service }) => service === 'gateway');
  if (!gateway) throw new Error('There is no gateway.');
  const gatewayUrl = `http://localhost:${gateway.ports.http}`;
  const environments = environmentsOf(installationOf(instances, connectors, secrets, gatewayUrl));
  await using running = await (flags.processes ? runProcesses : runHosted)(environments, logs);

  const realToken = process.env.TELEGRAM_BOT_TOKEN;
  await using simulator = realToken ? undefined : await createTelegramSimulator({ port: await usual(8091) });
  const demoPort = await usual(8090);
  const telegram = realToken
    ? { apiUrl: undefined, token: realToken }
    : simulator && { apiUrl: simulator.url, token: simulator.token };
  const demo = await seed({ gatewayUrl, portalUrl: `http://127.0.0.1:${demoPort}/portal`, telegram, secrets });
  await using page = startService(demoService, {
    BIND_ADDRESS: '127.0.0.1',
    HTTP_PORT: String(demoPort),
    METRICS_PORT: '0',
    GATEWAY_URL: gatewayUrl,
    DEMO_PORTAL_ID: demo.portalId,
    DEMO_LICENCE_KEY: demo.licenceKey,
    DEMO_API_KEY: demo.apiKey,
    DEMO_WEBCHAT_CHANNEL: demo.webchatChannelId,
    ...(simulator && { TELEGRAM_SIMULATOR_URL: simulator.url }),
    DEMO_FOLDER: resolve('.trunkline/data/demo'),
    LOG_LEVEL: 'warn',
  });
  await page.ready;
  const places = { pageUrl: `http://localhost:${demoPort}`, gatewayUrl, grpc: gateway.ports.grpc, demo, instances };
  await writeFile(resolve('.trunkline/data/status.json'), statusOf(instances, gatewayUrl));
  if (flags.once) return await runOnce({ ...places, simulator });
  printWelcome(places);
  await Promise.race([running.failed, aborted(ending.signal)]);
  return 0;
}

async function provisionAll(connectors: readonly string[], signal: AbortSignal): Promise<void> {
  const { NATS_URL: natsUrl, MONGO_URL: mongoUrl, MONGO_DATABASE: database } = process.env;
  if (!natsUrl || !mongoUrl || !database)
    throw new Error('scripts/up.ts is started by npm start, which provides the servers.');
  await provision({ natsUrl, mongoUrl, database, connectors, replicas: 1, busBytes: 2 * 1024 ** 3, signal });
}

function installationOf(
  instances: readonly Instance[],
  connectors: readonly string[],
  secrets: KeptSecrets,
  publicUrl: string,
) {
  const access: Readonly<Record<string, Access>> = JSON.parse(process.env.SERVICE_ACCESS ?? '{}');
  const { MONGO_DATABASE: database = 'trunkline', KAFKA_BROKERS: kafkaBrokers = '' } = process.env;
  const { LOG_LEVEL = 'info', TRACE_RATIO = '1', OTEL_EXPORTER_OTLP_ENDPOINT = '' } = process.env;
  const common = { LOG_LEVEL, TRACE_RATIO, OTEL_EXPORTER_OTLP_ENDPOINT };
  return { instances, connectors, access, database, kafkaBrokers, secrets: secrets.values, publicUrl, common };
}

/** Where `npm run status` and `npm run follow` look. Holds no secret. */
function statusOf(instances: readonly Instance[], gatewayUrl: string): string {
  const shown = instances.map(({ service, number, ports }) => ({ service, number, metricsPort: ports.metrics }));
  return JSON.stringify({ gatewayUrl, instances: shown });
}

async function usual(port: number): Promise<number> {
  return (await isFree(port)) ? port : await freePort();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}
