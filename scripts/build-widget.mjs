import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const WIDGET = 'services/connectors/webchat/widget';
const STAMP = `${WIDGET}/dist/.sources`;

/** Whether the built script is the one of exactly these sources. @param {string} root */
export async function isWidgetCurrent(root) {
  return readText(join(root, STAMP)) === (await sourcesHash(root));
}

/** Builds the widget into one script; gives its size in bytes as it goes over the wire. @param {string} root */
async function buildWidget(root) {
  const folder = join(root, WIDGET);
  const sources = await sourcesHash(root);
  const { build } = await import('vite');
  await build({
    configFile: false,
    root: folder,
    logLevel: 'error',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      target: 'es2022',
      emptyOutDir: true,
      lib: { entry: 'main.tsx', formats: ['iife'], name: 'trunklineWidget', fileName: () => 'widget.js' },
    },
  });
  writeFileSync(join(root, STAMP), sources);
  return gzipSync(await readFile(join(folder, 'dist', 'widget.js'))).length;
}

/** @param {string} root */
async function sourcesHash(root) {
  const folder = join(root, WIDGET);
  const own = (await readdir(folder, { recursive: true })).filter((name) => /^(?!dist).*\.(tsx?|css)$/.test(name));
  const libraries = ['preact', 'vite'].map((name) => join(root, 'node_modules', name, 'package.json'));
  const files = [...own.sort().map((name) => join(folder, name)), ...libraries, fileURLToPath(import.meta.url)];
  const hash = createHash('sha256');
  for (const file of files) hash.update(await readFile(file)).update('\0');
  return hash.digest('hex');
}

/** @param {string} path */
function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  if (await isWidgetCurrent(root)) console.log('the widget is up to date');
  else console.log(`widget built: ${((await buildWidget(root)) / 1_000).toFixed(1)} kB gzip`);
}
