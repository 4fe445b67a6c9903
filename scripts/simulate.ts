import { existsSync, globSync } from 'node:fs';
import { resolve } from 'node:path';

// Runs the simulator of one messenger alone: `npm run simulate telegram`. PORT and BIND_ADDRESS say where it listens.
const names = globSync('services/connectors/*/simulator/main.ts').map((path) => path.split('/')[2]);
const [name = ''] = process.argv.slice(2);
const main = resolve(`services/connectors/${name}/simulator/main.ts`);
const isOurs = /^[a-z0-9-]+$/.test(name) && existsSync(`services/connectors/${name}/index.ts`);
if (names.includes(name)) {
  await import(main);
} else if (isOurs) {
  console.error(`${name} has no platform that could be imitated: people write to it on a page of our own.
npm start runs it with everything else and says where that page is; write there as a client would.`);
  process.exitCode = 1;
} else {
  console.error(`npm run simulate <messenger>: runs a simulated platform. There are: ${names.join(', ')}`);
  process.exitCode = name === '--help' ? 0 : 1;
}
