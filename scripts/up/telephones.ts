import { resolve } from 'node:path';
import { type Driver, loadDrivers } from '../../packages/testkit/src/index.ts';
import { type Api, apiOf } from './api.ts';

/** A simulated messenger that a telephone on the demo page can write by. */
export interface Telephone {
  /** Name of the messenger, for people. */
  readonly messenger: string;
  /** Page to write as a client. */
  readonly url: string;
}

/** All of them. Leaving the block ends their simulators. */
export interface Telephones extends AsyncDisposable {
  readonly all: readonly Telephone[];
}

/** Whose line they are connected to. */
export interface TelephonesOptions {
  readonly gatewayUrl: string;
  readonly administratorKey: string;
  readonly tenantId: string;
  readonly lineId: string;
  /** The connector that has its telephone already. */
  readonly except: string;
}

/**
 * Starts a simulator of every messenger whose folder has a driver, and connects it to the line; at a later start it is connected
 * again, because it listens elsewhere and has forgotten where to call.
 */
export async function startTelephones(options: TelephonesOptions): Promise<Telephones> {
  await using stack = new AsyncDisposableStack();
  const api = apiOf(options.gatewayUrl, options.administratorKey);
  const drivers = [...(await loadDrivers(resolve('services/connectors')))].filter(([name]) => name !== options.except);
  const all = await Promise.all(
    drivers.map(async ([connector, startDriver]): Promise<Telephone> => {
      const driver = stack.use(await startDriver());
      const { hookUrl, deepLink = '' } = await connect(api, connector, { ...options, driver });
      driver.enterHook?.(hookUrl, deepLink);
      return { messenger: driver.client.messenger, url: driver.url };
    }),
  );
  const owned = stack.move();
  return { all, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

interface Channel {
  readonly id: string;
  readonly connector: string;
  readonly name: string;
  readonly hookUrl: string;
  readonly deepLink?: string;
}

interface Connecting extends TelephonesOptions {
  readonly driver: Driver;
}

async function connect(api: Api, connector: string, { driver, tenantId, lineId }: Connecting): Promise<Channel> {
  const { settings, secrets } = driver.channel;
  const settingsJson = JSON.stringify(settings);
  const name = `${driver.client.messenger} (simulated)`;
  const { channels = [] } = await api<{ channels?: Channel[] }>('DirectoryService/ListChannels', { tenantId });
  const known = channels.find((channel) => channel.connector === connector && channel.name === name);
  if (known !== undefined)
    return await api<Channel>('DirectoryService/UpdateChannel', { channelId: known.id, settingsJson, secrets });
  const channel = { idempotencyKey: `demo/${connector}`, tenantId, lineId, connector, name, settingsJson, secrets };
  return await api<Channel>('DirectoryService/CreateChannel', channel);
}
