import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Problem } from '../packages/testkit/src/servers/fetch/problem.mjs';
import { run } from '../packages/testkit/src/servers/fetch/run.mjs';
import { areWidgetsCurrent } from './build-widgets.mjs';

const GENERATED = 'packages/contracts/src/gen';
const DESCRIPTORS = `${GENERATED}/descriptors.binpb`;
const LIMIT_MS = 120_000;

/**
 * Makes what is not in git, unless it is that of exactly these sources already: the contracts from `proto/`, and each widget's
 * one script. Returns whether anything had to be done.
 *
 * @param {string} root
 */
export async function generate(root) {
  const done = [await generateContracts(root), await generateWidgets(root)];
  return done.includes(true);
}

/** @param {string} root */
async function generateWidgets(root) {
  if (await areWidgetsCurrent(root)) return false;
  // Its bundler wants the Node that came with the libraries, not the machine's own.
  const node = join(root, 'node_modules', 'node', 'bin', 'node');
  const limits = { cwd: root, signal: AbortSignal.timeout(LIMIT_MS) };
  const { code, lines } = await run(node, ['scripts/build-widgets.mjs'], limits);
  if (code !== 0) throw new Problem(`The widgets could not be built:\n${lines.slice(-20).join('\n')}`);
  return true;
}

/** @param {string} root */
async function generateContracts(root) {
  const stamp = join(root, GENERATED, '.sources');
  const sources = await sourcesHash(root);
  if (readText(stamp) === sources) return false;
  await buf(root, ['generate']);
  // For reflection, the HTTP bridge and the OpenAPI document, which read the contracts while they run.
  await buf(root, ['build', '--as-file-descriptor-set', '--output', DESCRIPTORS]);
  writeFileSync(stamp, sources);
  return true;
}

/** @param {string} root @param {string[]} args */
async function buf(root, args) {
  const program = join(root, 'node_modules', '.bin', 'buf');
  const { code, lines } = await run(program, args, { cwd: root, signal: AbortSignal.timeout(LIMIT_MS) });
  if (code !== 0) throw new Problem(`The contracts in proto/ could not be generated:\n${lines.slice(-20).join('\n')}`);
}

/** @param {string} root */
async function sourcesHash(root) {
  const protos = (await readdir(join(root, 'proto'), { recursive: true })).filter((name) => name.endsWith('.proto'));
  const settings = ['buf.gen.yaml', 'buf.yaml', 'node_modules/ts-proto/package.json'];
  const files = [...protos.sort().map((name) => join('proto', name)), ...settings];
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(await readFile(join(root, file)))
      .update('\0');
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
  const done = await generate(fileURLToPath(new URL('..', import.meta.url)));
  console.log(done ? `contracts generated into ${GENERATED}, widgets built` : 'contracts and widgets are up to date');
}
