import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Connector } from '../connector.ts';

/** Names that a subject, a collection and an address can carry. */
const connectorName = /^[a-z][a-z0-9]{1,30}$/;

/** Names of the connectors in a folder: its folders that hold an index.ts. Sorted. Reads the folder. */
export async function connectorNames(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory() && connectorName.test(entry.name))
    .map(({ name }) => name);
  const found = await Promise.all(names.map((name) => isFile(join(folder, name, 'index.ts'))));
  return names.filter((_, index) => found[index]).toSorted();
}

/** Loads one connector. Throws an Error that says what is wrong with its folder. Called once, when its service starts. */
export async function loadConnector(folder: string, name: string): Promise<Connector> {
  const file = join(folder, name, 'index.ts');
  if (!connectorName.test(name) || !(await isFile(file))) throw new Error(`there is no connector "${name}": ${file}`);
  const module: { readonly default?: unknown } = await import(pathToFileURL(file).href);
  if (!isConnector(module.default)) throw new Error(`${file} does not export a connector as its default`);
  return module.default;
}

/** The required members; the compiler has checked the rest, and settings are only ever those that the schema gave. */
function isConnector(value: unknown): value is Connector {
  if (typeof value !== 'object' || value === null) return false;
  return ['title', 'settings', 'secretNames', 'capabilities'].every((member) => member in value);
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
