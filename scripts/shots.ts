// Remakes the pictures in docs/shots, of the demo page, of the operations page and of a form: `npm run shots`, while `npm start` runs; another
// address of the demo page may be named.
import { mkdir } from 'node:fs/promises';
import { takeFormShots } from '../packages/e2e/src/form-shots.ts';
import { takeOperationsShots } from '../packages/e2e/src/operations-shots.ts';
import { takeShots } from '../packages/e2e/src/shots.ts';
import { publicApi } from './follow/local.ts';

const [pageUrl = 'http://localhost:8090', folder = 'docs/shots'] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
for (const file of await takeShots(pageUrl, folder)) console.log(file);
for (const file of await takeFormShots(folder)) console.log(file);
const { url: gatewayUrl, apiKey: administratorKey } = publicApi(process.env, 'administrator');
for (const file of await takeOperationsShots({ gatewayUrl, administratorKey, pageUrl }, folder)) console.log(file);
