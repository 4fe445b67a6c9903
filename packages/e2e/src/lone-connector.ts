import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { ChannelEntry, ChannelEvent, SendResult } from '@trunkline/contracts';
import { act, type Driver, originsOf, type StartDriver, until } from '@trunkline/testkit';
import { createGuardedFetch } from '../../adapter-kit/src/host/guarded-fetch.ts';
import { type ChannelAccess, type Connector, loadConnector } from '../../adapter-kit/src/index.ts';
import { type Surroundings, startSurroundings } from '../../adapter-kit/src/testing/surroundings.ts';
import { createOuterHttp, sealSecrets, secretsKey } from '../../runtime/src/index.ts';
import { createMemoryTools } from '../../testkit/src/index.ts';
import { freePort } from '../../testkit/src/servers/ports.ts';

const folder = resolve(import.meta.dirname, '../../../services/connectors');
const main = resolve(folder, 'main.ts');
const longMs = 60_000;

/** One connector in a process of its own, with a channel of its simulator; bus and directory are played by the test. */
export interface LoneConnector extends AsyncDisposable {
  readonly around: Surroundings;
  readonly connector: Connector;
  readonly driver: Driver;
  readonly channelId: string;
  /** Where whoever the driver has writes, as the connector tells it. */
  readonly conversation: NonNullable<ChannelEvent['conversation']>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  start(): void;
  /** The latest result of a message; undefined before there is one. */
  resultOf(messageId: string): Promise<SendResult | undefined>;
}

/** Starts it, connects the channel as the directory does, and has the person write. */
export async function startLoneConnector(
  name: string,
  startDriver: StartDriver,
  more: Readonly<Record<string, string>>,
): Promise<LoneConnector> {
  await using started = new AsyncDisposableStack();
  const around = started.use(await startSurroundings(name, folder));
  const driver = started.use(await startDriver({ retryDelayMs: 200 }));
  const connector = await loadConnector(folder, name);
  const port = await freePort();
  let child: ChildProcess | undefined;
  const start = () => {
    const trusted = { PLATFORM_HOSTS: originsOf(driver).join(',') };
    const own = { HTTP_PORT: String(port), CONNECTORS: name, ...trusted, ...more };
    const env = { PATH: process.env.PATH, ...around.env, ...own };
    child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  };
  const kill = async () => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  started.defer(kill);
  start();
  const channelId = await connected(around, { name, connector, driver, port });
  const { id: from } = driver.person.given;
  act(driver, 'person', driver.person.given);
  const conversation = await until(async () => {
    // A platform that still shakes hands calls nobody yet.
    act(driver, 'write', { from, text: 'hello' });
    return await until(async () => await placeOf(around, channelId), 2_000).catch(() => undefined);
  }, longMs);
  const owned = started.move();
  return {
    ...{ around, connector, driver, channelId, conversation, start, kill },
    resultOf: async (messageId) => {
      const results = (await around.entered(channelId)).flatMap(({ item }) =>
        item?.$case === 'sendResult' && item.value.messageId === messageId ? [item.value] : [],
      );
      return results.at(-1);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

interface Connecting {
  readonly name: string;
  readonly connector: Connector;
  readonly driver: Driver;
  readonly port: number;
}

/** As the directory does: who it is, what a handshake needs, then where to call, and what is to be kept. */
async function connected(around: Surroundings, { name, connector, driver, port }: Connecting): Promise<string> {
  const secrets: Record<string, string> = { ...driver.channel.secrets };
  const settings = connector.settings.parse(driver.channel.settings);
  const key = secretsKey(around.env.SECRETS_KEY ?? '');
  if (key === undefined) throw new Error('a key of 32 bytes was expected');
  await using http = createOuterHttp({ allowPrivate: true, connectTimeoutMs: 5_000 });
  const signal = AbortSignal.timeout(longMs);
  const tools = createMemoryTools({
    signal,
    fetch: createGuardedFetch({ http, hosts: connector.hosts?.(settings), signal }),
  });
  const entry: Partial<ChannelEntry> = { settingsJson: JSON.stringify(driver.channel.settings) };
  const access = (id: string, accountId: string): ChannelAccess => ({
    ...{ id, accountId, tenantId: 't1', connector: name, name: 'Sales', settings },
    secret: (wanted) => secrets[wanted] ?? absent(wanted),
    optionalSecret: (wanted) => secrets[wanted],
  });
  const account = await connector.identify?.(access('', ''), tools);
  Object.assign(secrets, account?.secrets);
  const { accountId = '' } = account ?? {};
  const id = await around.channel({ ...entry, accountId, sealedSecrets: sealSecrets(key, secrets) });
  const hookUrl = `http://127.0.0.1:${port}/hooks/${name}/${id}`;
  // Before it listens, and knows the channel, the platform's handshake has nobody to answer it.
  await until(async () => (await fetch(hookUrl).catch(() => undefined))?.status !== undefined, longMs);
  const made = await until(
    () => connector.connect?.(access(id, accountId), hookUrl, tools).catch(() => undefined),
    longMs,
  );
  Object.assign(secrets, made.secrets);
  await around.channel({ ...entry, id, accountId, hookUrl, revision: 2, sealedSecrets: sealSecrets(key, secrets) });
  driver.enterHook?.(hookUrl, made.deepLink ?? '');
  return id;
}

function absent(name: string): never {
  throw new Error(`the driver gives no secret "${name}"`);
}

/** The conversation of the first message that came. */
async function placeOf(around: Surroundings, channelId: string): Promise<ChannelEvent['conversation']> {
  const events = (await around.entered(channelId)).flatMap(({ item }) =>
    item?.$case === 'hookCall' ? item.value.events : [],
  );
  return events.find(({ event }) => event?.$case === 'message')?.conversation;
}
