// Remakes the pictures of the demo page in docs/shots: `npm run shots`, while `npm start` runs; another address may be named.
import { mkdir } from 'node:fs/promises';
import { takeShots } from '../packages/e2e/src/shots.ts';

const [pageUrl = 'http://localhost:8090', folder = 'docs/shots'] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
for (const file of await takeShots(pageUrl, folder)) console.log(file);
