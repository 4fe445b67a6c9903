import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../packages/testkit/src/servers/fetch/problem.mjs';
import { run } from '../packages/testkit/src/servers/fetch/run.mjs';
import { took } from './progress.mjs';

const LIMIT_MS = 15 * 60_000;

/**
 * Installs the libraries that the lockfile names, unless exactly those are installed already.
 *
 * @param {string} root
 * @param {ReturnType<import('./progress.mjs').createProgress>} progress
 */
export async function install(root, progress) {
  if (isCurrent(root)) return;
  const since = performance.now();
  const wanted = topFolders(locked(join(root, 'package-lock.json')));
  const watching = setInterval(async () => {
    const there = await installed(join(root, 'node_modules'));
    progress.update('libraries', `${Math.min(there, wanted.size)} of ${wanted.size}`);
  }, 500);
  const npm = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    signal: AbortSignal.timeout(LIMIT_MS),
  }).finally(() => clearInterval(watching));
  if (npm.code !== 0) {
    const reason =
      npm.lines
        .filter((line) => line.startsWith('npm error'))
        .slice(0, 3)
        .join(' ') || npm.lines.at(-1);
    throw new Problem(
      `npm could not install the libraries (${reason}): check the network and npm's own registry setting, then start again`,
    );
  }
  progress.done('libraries', `${wanted.size} installed in ${took(since)}`);
}

/** Compares by version, not by time: a checkout touches files without changing them. @param {string} root */
function isCurrent(root) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const [want, have] = [locked(join(root, 'package-lock.json')), locked(record)];
  return Object.entries(want).every(
    ([path, library]) =>
      path === '' || !path.startsWith('node_modules/') || library.optional || have[path]?.version === library.version,
  );
}

/** @param {string} path @returns {Record<string, { version?: string, optional?: boolean }>} */
function locked(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages;
}

/** @param {Record<string, unknown>} packages */
function topFolders(packages) {
  const paths = Object.keys(packages).filter((path) => path.startsWith('node_modules/'));
  return new Set(
    paths.map((path) =>
      path
        .split('/')
        .slice(1, path.startsWith('node_modules/@') ? 3 : 2)
        .join('/'),
    ),
  );
}

/** @param {string} folder */
async function installed(folder) {
  const names = await readdir(folder).catch(() => []);
  const scoped = names.filter((name) => name.startsWith('@'));
  const inScopes = await Promise.all(scoped.map((name) => readdir(join(folder, name)).catch(() => [])));
  return names.filter((name) => !/^[@.]/.test(name)).length + inScopes.flat().length;
}
