// One screen of how everything is doing: `npm run status`.
import { coreServices, isCoreService } from '../packages/contracts/src/index.ts';
import { createJetStreamLog } from '../packages/runtime/src/index.ts';
import type { SeenBacklog } from './follow/backlog.ts';
import { call } from './follow/call.ts';
import { type LocalStatus, localStatus, publicApi, Sentence } from './follow/local.ts';
import { seeInstances } from './status/instances.ts';
import { seeLags, seeLanes } from './status/lanes.ts';
import { screen } from './status/screen.ts';
import { openBus } from './tap/open-bus.ts';

const help = `npm run status   services, lanes with owner and lag, portals by mode, both balances: of npm start in this folder

Portals are those of the demo's tenant; TRUNKLINE_API_KEY names another key. NATS_URL names another bus.`;

const limitMs = 10_000;

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Sentence ? error.message : error);
  process.exitCode = 1;
}

async function main(args: readonly string[]): Promise<void> {
  if (args.length > 0) return console.log(help);
  const local = localStatus();
  if (local === undefined) throw new Sentence('Nothing runs here: npm start first.');
  const signal = AbortSignal.timeout(limitMs);
  const nowMs = Date.now();
  const [instances, onBus, backlogs] = await Promise.all([
    seeInstances(local),
    seeBus(local, nowMs, signal).catch(sentenceOf),
    seeBacklogs(signal).catch(sentenceOf),
  ]);
  const { lanes, lags } = typeof onBus === 'string' ? { lanes: onBus, lags: onBus } : onBus;
  for (const line of screen({ instances, lanes, lags, backlogs, nowMs })) console.log(line);
}

async function seeBus({ instances }: LocalStatus, nowMs: number, signal: AbortSignal) {
  await using nats = await openBus(signal);
  const bus = createJetStreamLog(nats.connection, { inboxPrefix: '_INBOX_status' });
  const connectors = [...new Set(instances.map(({ service }) => service))].filter((name) => !isCoreService(name));
  const [lanes, lags] = await Promise.all([
    seeLanes(bus, [...coreServices, ...connectors]),
    seeLags(bus, connectors, nowMs),
  ]);
  return { lanes, lags };
}

async function seeBacklogs(signal: AbortSignal): Promise<SeenBacklog[]> {
  const response = await call(publicApi(process.env), 'DeliveryService/ListBacklogs', { pageSize: 1_000 }, signal);
  return ((await response.json()) as { backlogs: SeenBacklog[] }).backlogs;
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
