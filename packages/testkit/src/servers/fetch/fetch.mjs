import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromMaven } from './from-maven.mjs';
import { fromPip } from './from-pip.mjs';
import { withLock } from './lock.mjs';
import { requireRoom } from './room.mjs';

/**
 * A server that Trunkline needs.
 * @typedef {'nats' | 'mongo' | 'kafka'} ServerName
 */

/**
 * Hears how far a download is, several times a second.
 * @typedef {(progress: { name: string, doneBytes: number, totalBytes: number }) => void} Report
 */

/** Where fetched servers stay: git-ignored, at the repository's root. */
export const SERVERS_FOLDER = fileURLToPath(new URL('../../../../../.trunkline/servers', import.meta.url));

const PINNED = JSON.parse(readFileSync(new URL('versions.json', import.meta.url), 'utf8'));
const LIMIT_MS = 15 * 60_000;

/**
 * Returns the folder of a server, downloading it first if it is not there: `nats-server`, `mongod`, or Kafka's jars.
 * A folder that exists is complete and verified, because it gets its name only then; two processes never download the same.
 * Throws a Problem (one sentence with a remedy) when something is missing.
 *
 * @param {ServerName} name
 * @param {{ signal?: AbortSignal, report?: Report, folder?: string, pinned?: any }} [options] `folder` and `pinned` are for tests
 * @returns {Promise<string>}
 */
export async function fetchServer(name, options = {}) {
  const { folder = SERVERS_FOLDER, report = () => {}, pinned = PINNED } = options;
  const source = pinned[name];
  const target = join(folder, `${name}-${source.version}`);
  if (existsSync(target)) return target;
  const limit = AbortSignal.timeout(LIMIT_MS);
  const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
  await mkdir(folder, { recursive: true });
  await requireRoom(folder, source.roomBytes);
  return withLock(join(folder, `${name}.lock`), { signal }, async () => {
    if (existsSync(target)) return target;
    await removeLeftovers(folder, `.${name}-`);
    const scratch = await mkdtemp(join(folder, `.${name}-`));
    let shown = 0;
    const onBytes = (/** @type {number} */ doneBytes, /** @type {number} */ totalBytes) => {
      shown = Math.max(shown, doneBytes);
      report({ name, doneBytes: shown, totalBytes });
    };
    try {
      const fetchFrom = source.jars === undefined ? fromPip : fromMaven;
      await rename(await fetchFrom(source, { scratch, signal, onBytes }), target);
      return target;
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  });
}

/** What a killed download left; called only under the lock. @param {string} folder @param {string} prefix */
async function removeLeftovers(folder, prefix) {
  const names = (await readdir(folder)).filter((name) => name.startsWith(prefix));
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
