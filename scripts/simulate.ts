import { globSync } from 'node:fs';
import { resolve } from 'node:path';

// Runs the simulator of one messenger alone: `npm run simulate telegram`. PORT and BIND_ADDRESS say where it listens.
const names = globSync('services/connectors/*/simulator/main.ts').map((path) => path.split('/')[2]);
const [name = ''] = process.argv.slice(2);
const main = resolve(`services/connectors/${name}/simulator/main.ts`);
if (names.includes(name)) {
  await import(main);
} else {
  console.error(`npm run simulate <messenger>: runs a simulated platform. There are: ${names.join(', ')}`);
  process.exitCode = name === '--help' ? 0 : 1;
}
