// `npm run compose` writes docker-compose.yml and deploy/prometheus/prometheus.yml from the folders of services/. The compose
// file itself calls the other commands, each in a one-shot container: secrets, infra, seed; status shows `npm run status` for
// the containers.
import { writeFile } from 'node:fs/promises';
import { composeFile } from './compose/compose-file.ts';
import { serviceFolders } from './compose/folders.ts';
import { prepare } from './compose/prepare.ts';
import { prometheusFile } from './compose/prometheus-file.ts';
import { seedDemo } from './compose/seed-demo.ts';
import { showStatus } from './compose/show-status.ts';
import { writeSecrets } from './compose/write-secrets.ts';

const [command, folder = ''] = process.argv.slice(2);
const commands: Record<string, () => Promise<void>> = {
  write: async () => {
    await writeFile('docker-compose.yml', composeFile(serviceFolders()));
    await writeFile('deploy/prometheus/prometheus.yml', prometheusFile(serviceFolders()));
  },
  secrets: () => writeSecrets(folder),
  infra: () => prepare(process.env),
  status: () => showStatus(),
  seed: () => seedDemo(folder, process.env),
};
const run = commands[command ?? 'write'];
if (run === undefined)
  throw new Error(`compose does not know "${command}": say nothing, secrets, infra, seed or status`);
await run();
