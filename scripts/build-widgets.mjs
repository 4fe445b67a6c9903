import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

// What a connector shows on a company's page: found by its folder, built into one script, `widget/dist/widget.js`.
const CONNECTORS = 'services/connectors';
const ENTRIES = ['main.ts', 'main.tsx'];
const STAMP = 'dist/.sources';
/** What widgets are made of beside their own folder. */
const SHARED = 'packages/adapter-kit/src/page';
const LIBRARIES = ['preact', 'vite'];

/** Whether each built script is the one of exactly its sources. @param {string} root */
export async function areWidgetsCurrent(root) {
  const current = await Promise.all(entries(root).map((entry) => isCurrent(root, entry)));
  return current.every(Boolean);
}

/** @param {string} root */
function entries(root) {
  const all = readdirSync(join(root, CONNECTORS)).flatMap((name) =>
    ENTRIES.map((entry) => join(CONNECTORS, name, 'widget', entry)),
  );
  return all.filter((entry) => existsSync(join(root, entry)));
}

/** @param {string} root @param {string} entry */
async function isCurrent(root, entry) {
  const stamp = join(root, dirname(entry), STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === (await sourcesHash(root, dirname(entry)));
}

/** Builds one widget into one script; gives its size in bytes as it goes over the wire. @param {string} root @param {string} entry */
async function buildWidget(root, entry) {
  const folder = join(root, dirname(entry));
  const sources = await sourcesHash(root, dirname(entry));
  const { build } = await import('vite');
  await build({
    configFile: false,
    root: folder,
    logLevel: 'error',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      target: 'es2022',
      emptyOutDir: true,
      lib: { entry: join(root, entry), formats: ['iife'], name: 'trunklineWidget', fileName: () => 'widget.js' },
    },
  });
  writeFileSync(join(folder, STAMP), sources);
  return gzipSync(await readFile(join(folder, 'dist', 'widget.js'))).length;
}

/** @param {string} root @param {string} folder */
async function sourcesHash(root, folder) {
  const libraries = LIBRARIES.map((name) => join('node_modules', name, 'package.json'));
  const files = [...sourcesIn(root, folder), ...sourcesIn(root, SHARED), ...libraries].sort();
  const hash = createHash('sha256').update(await readFile(fileURLToPath(import.meta.url)));
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(await readFile(join(root, file)))
      .update('\0');
  return hash.digest('hex');
}

/** @param {string} root @param {string} folder */
function sourcesIn(root, folder) {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /^(?!dist).*\.(tsx?|css)$/.test(name)).map((name) => join(folder, name));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  for (const entry of entries(root)) {
    const name = dirname(entry);
    if (await isCurrent(root, entry)) console.log(`${name} is up to date`);
    else console.log(`${name} built: ${((await buildWidget(root, entry)) / 1_000).toFixed(1)} kB gzip`);
  }
}
