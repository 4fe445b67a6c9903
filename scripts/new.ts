import { resolve } from 'node:path';
import { NotMade, scaffold } from './new/scaffold.ts';

/** `npm run new connector <name>`: writes a working skeleton; nothing else has to be changed. */
const [kind = '', name = ''] = process.argv.slice(2);
try {
  const files = await scaffold(resolve(import.meta.dirname, '..'), kind, name);
  console.log(
    `${files.join('\n')}\n\nIt works already: npm run test:files -- ${files[0]?.split('/').slice(0, 3).join('/')}`,
  );
  console.log('Now put the platform in: docs/adding-a-connector.md says in which order.');
} catch (error) {
  if (!(error instanceof NotMade)) throw error;
  console.error(`${error.message}\nUsage: npm run new connector <name>`);
  process.exitCode = 1;
}
