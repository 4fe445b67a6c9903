import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Demo, seed } from '../up/seed.ts';

/** Token of the simulator's own bot. */
const simulatedToken = '700100:simulated-token-of-35-characters-00';

/** Makes the demo tenant through the gateway, and writes the demo's settings into the folder that both share. */
export async function seedDemo(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { ADMINISTRATOR_KEY: administratorKey, GATEWAY_URL: gatewayUrl } = env;
  const { PORTAL_URL: portalUrl, TELEGRAM_API_URL: apiUrl } = env;
  if (!administratorKey || !gatewayUrl || !portalUrl || !apiUrl)
    throw new Error('ADMINISTRATOR_KEY, GATEWAY_URL, PORTAL_URL and TELEGRAM_API_URL are required.');
  const file = join(folder, 'keys.json');
  let values = { ...(await readKeys(file)), administratorKey };
  const keep = async (more: object) => {
    values = { ...values, ...more };
    const { administratorKey: _, ...own } = values;
    await writeFile(file, JSON.stringify(own), { mode: 0o600 });
  };
  const secrets = {
    get values() {
      return values;
    },
    keep,
  };
  const demo = await seed({ gatewayUrl, portalUrl, telegram: { apiUrl, token: simulatedToken }, secrets });
  await writeFile(join(folder, 'demo.env'), settingsOf(demo), { mode: 0o600 });
  console.log(`The demo tenant is there: ${demo.tenantId}, portal ${demo.portalId}`);
}

async function readKeys(file: string): Promise<{ demoApiKey?: string; demoLicenceKey?: string }> {
  const text = await readFile(file, 'utf8').catch(() => '{}');
  return JSON.parse(text);
}

function settingsOf(demo: Demo): string {
  return [
    `DEMO_PORTAL_ID=${demo.portalId}`,
    `DEMO_LICENCE_KEY=${demo.licenceKey}`,
    `DEMO_API_KEY=${demo.apiKey}`,
    `DEMO_WEBCHAT_CHANNEL=${demo.webchatChannelId}`,
    '',
  ].join('\n');
}
