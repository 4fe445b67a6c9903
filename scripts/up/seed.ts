import { ids } from '../../packages/contracts/src/index.ts';
import { type Api, ApiRefused, apiOf } from './api.ts';
import type { Secrets } from './secrets.ts';

/** The demo tenant: everything that the page, the readers and `--once` need to know of it. */
export interface Demo {
  readonly tenantId: string;
  readonly portalId: string;
  readonly lineId: string;
  readonly licenceKey: string;
  readonly apiKey: string;
  readonly webchatChannelId: string;
  readonly telegramChannelId: string | undefined;
}

/** It follows from the key that it is made with, so that the services can be told of it before they start. */
export const demoTenantId = ids.created('tenant', '', 'demo/tenant');

type DemoSecrets = Pick<Secrets, 'administratorKey' | 'demoApiKey' | 'demoLicenceKey'>;

/** Keys that the demo needs and makes; those that are shown once are kept. */
export interface KeptKeys {
  readonly values: DemoSecrets;
  readonly keep: (more: Partial<DemoSecrets>) => Promise<void>;
}

/** What the demo stands on. */
export interface SeedOptions {
  readonly gatewayUrl: string;
  /** Where the demo portal takes its events. */
  readonly portalUrl: string;
  /** Bots to connect: the simulator's, or a real one. */
  readonly telegram: { readonly apiUrl: string | undefined; readonly token: string } | undefined;
  readonly secrets: KeptKeys;
}

interface Named {
  readonly id: string;
}

/** Makes the demo tenant by the public API, as a partner would; at a later start it finds what is there. */
export async function seed({ gatewayUrl, portalUrl, telegram, secrets }: SeedOptions): Promise<Demo> {
  const administrator = apiOf(gatewayUrl, secrets.values.administratorKey);
  const wanted = ['webchat', ...(telegram ? ['telegram'] : [])];
  await untilConnectors(administrator, wanted);
  const tenant = await administrator<Named>('DirectoryService/CreateTenant', key('tenant', { name: 'Demo shop' }));
  const tenantId = tenant.id;
  const apiKey = secrets.values.demoApiKey ?? (await makeApiKey(administrator, tenantId, secrets));
  const { portalId, licenceKey } = await portalOf(administrator, tenantId, portalUrl, secrets);
  const order = key('line', { tenantId, name: 'Shop questions', portalId });
  const { id: lineId } = await administrator<Named>('DirectoryService/CreateLine', order);
  const webchat = key('webchat', {
    tenantId,
    connector: 'webchat',
    name: 'Shop website',
    lineId,
    settingsJson: shopWidget,
  });
  const { id: webchatChannelId } = await administrator<Named>('DirectoryService/CreateChannel', webchat);
  const telegramChannelId = telegram && (await telegramChannel(administrator, { tenantId, lineId, telegram }));
  await untilKeyWorks(apiOf(gatewayUrl, apiKey), tenantId);
  return { tenantId, portalId, lineId, licenceKey, apiKey, webchatChannelId, telegramChannelId };
}

const shopWidget = JSON.stringify({
  color: '#0f6b5c',
  title: 'Demo shop',
  greeting: 'Hello! Ask us anything about your order.',
});

function key<Request extends object>(name: string, request: Request) {
  return { idempotencyKey: `demo/${name}`, ...request };
}

/** Connectors tell about themselves while everything starts, and the directory may not answer before it has. */
async function untilConnectors(api: Api, wanted: readonly string[]): Promise<void> {
  const listed = () => api<{ connectors?: { name: string }[] }>('DirectoryService/ListConnectors', {});
  await insist(60_000, async () => {
    const { connectors = [] } = await listed();
    const missing = wanted.filter((name) => !connectors.some((connector) => connector.name === name));
    if (missing.length > 0) throw new Error(`The connectors ${missing.join(', ')} did not start.`);
  });
}

/** Tries again until it succeeds; the last failure is thrown when the time is over. */
async function insist(limitMs: number, attempt: () => Promise<void>): Promise<void> {
  const endsAt = performance.now() + limitMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > endsAt) throw error;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}

async function makeApiKey(api: Api, tenantId: string, secrets: KeptKeys): Promise<string> {
  // The number makes it a new key if an earlier start ended before it was kept.
  const request = key(`api-key/${Date.now()}`, { tenantId, name: 'Demo' });
  const { secret } = await api<{ secret: string }>('DirectoryService/CreateApiKey', request);
  await secrets.keep({ demoApiKey: secret });
  return secret;
}

/** A new key is known to the gateway a moment later. */
async function untilKeyWorks(api: Api, tenantId: string): Promise<void> {
  await insist(10_000, async () => void (await api('DirectoryService/GetTenant', { tenantId })));
}

async function portalOf(api: Api, tenantId: string, url: string, secrets: KeptKeys) {
  const request = key('portal', { tenantId, name: 'Demo portal', url });
  try {
    const made = await api<{ portal: Named; licenceKey: string }>('DirectoryService/CreatePortal', request);
    // A later start gets the same portal; its key was shown then.
    if (made.licenceKey !== '') await secrets.keep({ demoLicenceKey: made.licenceKey });
  } catch (error) {
    // Made at an earlier start: its key is not shown again, and its address may have been another one.
    if (!(error instanceof ApiRefused) || secrets.values.demoLicenceKey === undefined) throw error;
  }
  const { portals = [] } = await api<{ portals?: Named[] }>('DirectoryService/ListPortals', { tenantId });
  const [portal] = portals;
  if (!portal) throw new Error('The demo portal is missing: start with --reset.');
  await api('DirectoryService/UpdatePortal', { portalId: portal.id, url });
  return { portalId: portal.id, licenceKey: secrets.values.demoLicenceKey ?? '' };
}

interface TelegramOrder {
  readonly tenantId: string;
  readonly lineId: string;
  readonly telegram: { readonly apiUrl: string | undefined; readonly token: string };
}

async function telegramChannel(api: Api, { tenantId, lineId, telegram }: TelegramOrder): Promise<string> {
  const { apiUrl, token } = telegram;
  const settingsJson = JSON.stringify(apiUrl === undefined ? {} : { apiUrl });
  const name = apiUrl === undefined ? 'Telegram bot' : 'Telegram (simulated)';
  const bot = token.split(':')[0];
  const { channels = [] } = await api<{ channels?: (Named & { accountId?: string })[] }>(
    'DirectoryService/ListChannels',
    {
      tenantId,
    },
  );
  const known = channels.find((channel) => channel.accountId === bot);
  // The simulator may listen elsewhere now, and it has forgotten its hook: written again.
  if (known)
    return (
      await api<Named>('DirectoryService/UpdateChannel', { channelId: known.id, settingsJson, secrets: { token } })
    ).id;
  const request = key(`telegram/${bot}`, {
    tenantId,
    connector: 'telegram',
    name,
    lineId,
    settingsJson,
    secrets: { token },
  });
  return (await api<Named>('DirectoryService/CreateChannel', request)).id;
}
