import { join } from 'node:path';
import { ConnectorServiceDefinition } from '@trunkline/contracts';
import {
  type CounterMetric,
  createDoor,
  createOuterHttp,
  type Door,
  defineService,
  goneBackTold,
  openBodyStore,
  openHints,
  type Runtime,
  type ServiceDefinition,
  tenantRatesOf,
  watchRoom,
} from '@trunkline/runtime';
import type { Connector } from '../connector.ts';
import { createSentMessages, forgetOldMessages, type SentMessages } from '../queue/sent-messages.ts';
import { forgetExpired, openStates } from './channel-state.ts';
import { createChannels } from './channels.ts';
import { createCompanyHttp } from './company-http.ts';
import { type HostConfig, hostConfig } from './config.ts';
import { loadConnector } from './discovery.ts';
import { watchDrift } from './drift/drift.ts';
import { createHealthTeller } from './health.ts';
import { addHookRoutes } from './hooks.ts';
import { createIntroductions } from './introductions.ts';
import { workOnLanes } from './lanes.ts';
import { type LentParts, lendTools } from './lent-tools.ts';
import { createOwnDoor } from './own-door.ts';
import { registerConnector } from './register.ts';
import { createResults } from './results.ts';
import { connectorMethods } from './rpc.ts';
import { watchSharedAddresses } from './shared-addresses.ts';
import { waitUntilKnown } from './until-known.ts';
import { askChannelNow } from './wishes.ts';

/** The service that hosts one connector of a folder: named after it, with its own rights. Give it to runService or startService. */
export function connectorService(name: string, folder: string): ServiceDefinition<typeof hostConfig> {
  return defineService({
    name,
    config: hostConfig,
    uses: { bus: true, store: true, directory: true, files: true, rpc: true, http: true },
    start: async (runtime) => {
      await startConnector(runtime, await loadConnector(folder, name), join(folder, name, 'fixtures'));
    },
  });
}

const connectTimeoutMs = 5_000;
const dayMs = 24 * 60 * 60 * 1_000;

async function startConnector(runtime: Runtime<HostConfig>, connector: Connector, fixtures: string): Promise<void> {
  const { service: name, store, directory, files, clients, config, log, metrics, tracing, now } = runtime;
  await forgetExpired(store, name);
  await forgetOldMessages(store, name);
  const door = openDoor(runtime);
  const rates = tenantRatesOf(runtime);
  const channels = createChannels({
    name,
    connector,
    directory,
    key: config.SECRETS_KEY,
    platformHosts: config.PLATFORM_HOSTS,
    onTrouble: (channel, error) => log.error('A channel cannot be opened', { channel, error }),
  });
  const sent = createSentMessages({ store, connector: name, keptMs: config.PLATFORM_IDS_DAYS * dayMs, now });
  const counter = metrics.counter('trunkline_drift_total', 'What the messenger sends newly, by what it is.', ['what']);
  const drift = await watchDrift({ name, fixtures, store, log, now, counter });
  const lent = { ...openTools(runtime, connector, sent), onAnswer: drift.seeAnswer };
  const toolsOf: ToolsOf = (channel, until) => lendTools(lent, channel, until);
  const introductions = createIntroductions({ connector, toolsOf, now, log });

  const shared = watchSharedAddresses(name, connector, directory);
  answerDirectory(runtime, { connector, toolsOf, channels, shared });
  const askNow = connector.probe && ((channelId: string) => askChannelNow(lent.hints, channelId));
  const health = createHealthTeller({ clients, door, stateOf: lent.stateOf, askNow, log, now });
  const { hook } = connector;
  if (hook !== undefined) {
    const kept = { sent, introductions, drift, health, calls: hookCalls(runtime) };
    addHookRoutes(runtime.http, { name, hook, channels, shared, toolsOf, door, rates, ...kept, tracing, log, now });
  }
  await connector.serve?.(createOwnDoor({ runtime, channels, door, rates, files, toolsOf }));
  const companyHttp = createCompanyHttp(runtime, config.ALLOW_PRIVATE_PORTALS, connectTimeoutMs);
  const results = createResults(door, now);
  const telling = { introductions, results, health, drift };
  workOnLanes({ runtime, connector, channels, door, sent, lent, companyHttp, ...telling });
}

/** What every call of the connector is lent; its HTTP is closed with the service. */
function openTools(runtime: Runtime<HostConfig>, connector: Connector, sent: SentMessages): LentParts<unknown> {
  const { service: name, nats, store, files, config, now } = runtime;
  // Ourselves under PUBLIC_URL too: the network's lines of one installation call each other there.
  const named = [...config.PLATFORM_HOSTS, new URL(config.PUBLIC_URL).origin];
  const http = createOuterHttp({ allowPrivate: config.ALLOW_PRIVATE_PLATFORMS && named, connectTimeoutMs });
  runtime.onClose(async () => await http[Symbol.asyncDispose]());
  return {
    connector,
    http,
    stateOf: openStates(store, name, now),
    hints: openHints(nats, name),
    files,
    sent,
    links: { publicUrl: config.PUBLIC_URL, key: config.FILES_KEY?.reveal() },
    now,
  };
}

/** Tells the directory that the connector is there, and answers what it asks. */
function answerDirectory(
  runtime: Runtime<HostConfig>,
  asked: Pick<Parameters<typeof connectorMethods>[0], 'connector' | 'toolsOf' | 'channels' | 'shared'>,
): void {
  const { service: name, nats, bus, directory, clients, config, log, signal } = runtime;
  const { PLATFORM_HOSTS: platformHosts } = config;
  const untilKnown = waitUntilKnown(directory, name);
  const bodyOf = openBodyStore(nats, bus).get;
  runtime.rpc.addService(
    ConnectorServiceDefinition,
    connectorMethods({ name, ...asked, platformHosts, untilKnown, bodyOf }),
  );
  runtime.run(
    'registration',
    registerConnector({ name, connector: asked.connector, platformHosts, clients, log }, signal),
  );
}

type ToolsOf = Parameters<typeof connectorMethods>[0]['toolsOf'];

/** A counter that is born with its first call shows no increase: the alerts would miss it. */
function hookCalls({ metrics }: Runtime<HostConfig>): CounterMetric {
  const calls = metrics.counter('trunkline_hook_calls_total', 'Hook calls by what became of them.', ['outcome']);
  for (const outcome of ['stored', 'parked', 'no_account', 'refused', 'unavailable']) calls.add(0, { outcome });
  return calls;
}

/** The door, closed where the bus has no room, until the service ends. */
function openDoor(runtime: Runtime<HostConfig>): Door {
  const { bus, nats, log, now, signal } = runtime;
  const { room, watching } = watchRoom(nats, signal);
  runtime.run('room', watching);
  const door = createDoor({ bus, bodies: openBodyStore(nats, bus, now), room, onGoneBack: goneBackTold(log) });
  runtime.onClose(async () => await door[Symbol.asyncDispose]());
  return door;
}
