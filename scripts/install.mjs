import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../packages/testkit/src/servers/fetch/problem.mjs';
import { requireRoom } from '../packages/testkit/src/servers/fetch/room.mjs';
import { run } from '../packages/testkit/src/servers/fetch/run.mjs';
import { took } from './progress.mjs';

const LIMIT_MS = 15 * 60_000;
/** What all libraries take, measured, and a little more. */
const ROOM_BYTES = 800e6;
/** With less than this left, room was what was missing, whatever npm says. */
const SOME_BYTES = 50e6;

/**
 * Installs the libraries that the lockfile names, unless exactly those are installed already.
 *
 * @param {string} root
 * @param {import('./progress.mjs').Progress} progress
 */
export async function install(root, progress) {
  if (isCurrent(root)) return;
  if (!existsSync(recordOf(root))) await requireRoom(root, ROOM_BYTES);
  const since = performance.now();
  const wanted = Object.keys(locked(join(root, 'package-lock.json'))).filter((path) =>
    path.startsWith('node_modules/'),
  );
  const watching = setInterval(() => {
    const there = wanted.filter((path) => existsSync(join(root, path, 'package.json'))).length;
    progress.update('libraries', `${there} of ${wanted.length}`);
  }, 1_000);
  // Not `npm ci`: it refuses a lockfile that lacks packages for other platforms, and where a mirror does not carry those, no
  // lockfile can have them. Versions are exact and checked against the lockfile's hashes either way.
  const npm = await run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    signal: AbortSignal.timeout(LIMIT_MS),
  }).finally(() => clearInterval(watching));
  if (npm.code !== 0) {
    await requireRoom(root, SOME_BYTES);
    const reason =
      npm.lines
        .filter((line) => line.startsWith('npm error'))
        .slice(0, 3)
        .join(' ') || npm.lines.at(-1);
    throw new Problem(
      `npm could not install the libraries (${reason}): check the network and npm's own registry setting, then start again`,
    );
  }
  progress.done('libraries', `${wanted.length} installed in ${took(since)}`);
}

/** Compares by version, not by time: a checkout touches files without changing them. @param {string} root */
function isCurrent(root) {
  const record = recordOf(root);
  if (!existsSync(record)) return false;
  const [want, have] = [locked(join(root, 'package-lock.json')), locked(record)];
  return Object.entries(want).every(
    ([path, library]) =>
      path === '' || !path.startsWith('node_modules/') || library.optional || have[path]?.version === library.version,
  );
}

/** What npm remembers of what it installed. @param {string} root */
function recordOf(root) {
  return join(root, 'node_modules', '.package-lock.json');
}

/** @param {string} path @returns {Record<string, { version?: string, optional?: boolean }>} */
function locked(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages;
}
