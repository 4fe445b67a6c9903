import { lookup } from 'node:dns/promises';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { chdir } from 'node:process';
import { serviceFolders } from './folders.ts';

const METRICS_PORT = 9_464;
const FOLDER = '/tmp/status';

/** Shows the screen of `npm run status` for all containers of all services: the network's names know them. */
export async function showStatus(): Promise<void> {
  const { services, connectors } = serviceFolders();
  const instances = (await Promise.all([...services, ...connectors].map(instancesOf))).flat();
  await mkdir(`${FOLDER}/.trunkline/data`, { recursive: true });
  const status = { gatewayUrl: process.env.TRUNKLINE_URL, instances };
  await writeFile(`${FOLDER}/.trunkline/data/status.json`, JSON.stringify(status));
  // With the demo's key its portals are shown; TRUNKLINE_API_KEY names another.
  await symlink('/var/lib/trunkline/keys.json', `${FOLDER}/.trunkline/data/secrets.json`).catch(() => {});
  chdir(FOLDER);
  process.argv.splice(2);
  await import('../status.ts');
}

async function instancesOf(service: string) {
  const addresses = await lookup(service, { all: true, family: 4 }).catch(() => []);
  const hosts = addresses.map(({ address }) => address).toSorted();
  return hosts.map((host, index) => ({ service, number: index + 1, host, metricsPort: METRICS_PORT }));
}
