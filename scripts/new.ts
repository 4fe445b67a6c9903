import { resolve } from 'node:path';
import { NotMade, scaffold } from './new/scaffold.ts';

const usage = 'Usage: npm run new connector <name>   (2 to 31 small letters and digits, a letter first)';

/** `npm run new connector <name>`: writes a working skeleton; nothing else has to be changed. */
const [kind = '', name = ''] = process.argv.slice(2);
if (kind === '--help') console.log(usage);
else await make();

async function make(): Promise<void> {
  try {
    const files = await scaffold(resolve(import.meta.dirname, '..'), kind, name);
    const folder = files[0]?.split('/').slice(0, 3).join('/');
    console.log(`${files.join('\n')}\n\nIt works already: npm run test:files -- ${folder}`);
    console.log('Now put the platform in: docs/adding-a-connector.md says in which order.');
  } catch (error) {
    if (!(error instanceof NotMade)) throw error;
    console.error(`${error.message}\n${usage}`);
    process.exitCode = 1;
  }
}
