import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from '../packages/testkit/src/servers/fetch/lock.mjs';
import { Problem } from '../packages/testkit/src/servers/fetch/problem.mjs';
import { sentenceOf } from '../packages/testkit/src/servers/fetch/room.mjs';
import { generate } from './generate.mjs';
import { install } from './install.mjs';
import { createProgress, took } from './progress.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OLDEST_NODE = 20;

/**
 * Takes a fresh clone to where its programs can run, needing nothing but git's files and the machine's Node: libraries installed,
 * contracts generated. Then runs `script` under the Node that came with the libraries, hands signals on, and ends with its code.
 * What the machine lacks is printed as one sentence.
 *
 * @param {string} script path from the root
 * @param {string[]} args
 */
export async function bootstrap(script, args) {
  try {
    await prepare();
    process.exitCode = await runInOwnNode(join(ROOT, script), args);
  } catch (error) {
    const sentence = sentenceOf(error);
    if (sentence === undefined) throw error;
    console.error(`\n${sentence}`);
    process.exitCode = 1;
  }
}

async function prepare() {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    throw new Problem(
      `Node ${process.versions.node} is too old to begin with: install Node ${OLDEST_NODE} or newer (it brings its own Node 24 from there)`,
    );
  }
  const progress = createProgress();
  await withLock(join(ROOT, '.trunkline', 'install.lock'), { signal: AbortSignal.timeout(20 * 60_000) }, async () => {
    await install(ROOT, progress);
    const since = performance.now();
    if (await generate(ROOT)) progress.done('contracts', `generated in ${took(since)}`);
  });
}

/** @param {string} script @param {string[]} args @returns {Promise<number>} */
function runInOwnNode(script, args) {
  const node = join(ROOT, 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(node))
    throw new Problem(
      'Node 24 was not installed with the libraries: remove node_modules and start again without --ignore-scripts',
    );
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', script, ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    // What was compiled once is read back: a start or a test file is a second sooner where the machine is busy.
    env: { NODE_COMPILE_CACHE: join(ROOT, '.trunkline', 'compile-cache'), ...process.env },
  });
  // A terminal's Ctrl-C reaches the child by itself, others send to this process alone; told twice is told once.
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(name, () => child.kill('SIGTERM'));
  stopWithNpm(() => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

/** npm hands signals to its shell alone, which ends without a word: a parent that has changed is how we hear. @param {() => void} stop */
function stopWithNpm(stop) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watching = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watching);
    stop();
  }, 1_000);
  watching.unref();
}
