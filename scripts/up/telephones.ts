import { resolve } from 'node:path';
import { type Driver, loadDrivers, originsOf } from '../../packages/testkit/src/index.ts';
import { type Api, apiOf } from './api.ts';

/** A simulated messenger that a telephone on the demo page can write by. */
export interface Telephone {
  /** Name of the messenger, for people. */
  readonly messenger: string;
  /** Page to write as a client. */
  readonly url: string;
}

/** The simulated messengers. Leaving the block ends them. */
export interface Simulated extends AsyncDisposable {
  /** Where they answer: whoever hosts their connectors has to trust it. */
  readonly origins: readonly string[];
  /** Connects each to the line; at a later start anew, because it listens elsewhere and has forgotten where to call. */
  connect(options: TelephonesOptions): Promise<readonly Telephone[]>;
}

/** Whose line they are connected to. */
export interface TelephonesOptions {
  readonly gatewayUrl: string;
  readonly administratorKey: string;
  readonly tenantId: string;
  readonly lineId: string;
}

/** Starts a simulator of every messenger whose folder has a driver, but for the one that has its telephone already; or none. */
export async function startSimulated(wanted: { readonly except: string } | undefined): Promise<Simulated> {
  await using stack = new AsyncDisposableStack();
  const found = wanted === undefined ? [] : [...(await loadDrivers(resolve('services/connectors')))];
  const drivers = await Promise.all(
    found
      .filter(([name]) => name !== wanted?.except)
      .map(async ([connector, startDriver]) => ({ connector, driver: stack.use(await startDriver()) })),
  );
  const owned = stack.move();
  return {
    origins: drivers.flatMap(({ driver }) => originsOf(driver)),
    connect: async (options) => {
      const api = apiOf(options.gatewayUrl, options.administratorKey);
      return await Promise.all(
        drivers.map(async ({ connector, driver }): Promise<Telephone> => {
          const { hookUrl, deepLink = '' } = await connect(api, connector, { ...options, driver });
          driver.enterHook?.(hookUrl, deepLink);
          return { messenger: driver.client.messenger, url: driver.url };
        }),
      );
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
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
