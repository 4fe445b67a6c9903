import { existsSync, globSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ids } from '../../packages/contracts/src/index.ts';

/** What can be made, and where it goes. */
const kinds: Readonly<Record<string, string>> = { connector: 'services/connectors' };

/** The channel of the fixtures. */
const channelId = '11111111-1111-5111-8111-111111111111';

/** Says in one sentence why nothing was made. */
export class NotMade extends Error {
  override readonly name = 'NotMade';
}

/**
 * Writes a working skeleton as one new folder and gives the paths of its files. Throws {@link NotMade} for a name that cannot
 * be one, or that is taken.
 */
export async function scaffold(root: string, kind: string, name: string): Promise<readonly string[]> {
  const parent = kinds[kind];
  if (parent === undefined)
    throw new NotMade(`There is no skeleton of a "${kind}"; there are: ${Object.keys(kinds).join(', ')}.`);
  if (!/^[a-z][a-z0-9]{1,30}$/.test(name))
    throw new NotMade('A name has 2 to 31 small letters and digits, a letter first.');
  const folder = join(root, parent, name);
  if (existsSync(folder)) throw new NotMade(`${parent}/${name} is there already.`);
  const templates = join(import.meta.dirname, kind);
  const files = globSync('**/*.tpl', { cwd: templates }).toSorted();
  for (const file of files) {
    const target = join(folder, file.slice(0, -'.tpl'.length));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, filled(await readFile(join(templates, file), 'utf8'), name));
  }
  return files.map((file) => `${parent}/${name}/${file.slice(0, -'.tpl'.length)}`);
}

function filled(template: string, name: string): string {
  return template
    .replaceAll('__name__', name)
    .replaceAll('__Title__', name.charAt(0).toUpperCase() + name.slice(1))
    .replaceAll('__eventId__', ids.event(channelId, 'message:m1'));
}
