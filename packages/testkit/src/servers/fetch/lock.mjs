import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Writing an id takes no longer than this, however busy the machine. */
const WRITE_LIMIT_MS = 10_000;

/**
 * Runs `work` while no other process of this machine runs work under the same lock file.
 * A lock whose process is gone is taken over. `onWait` is called once if another process holds it.
 *
 * @template T
 * @param {string} path
 * @param {{ signal: AbortSignal, onWait?: (pid: number) => void }} options
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, { signal, onWait = () => {} }, work) {
  await mkdir(dirname(path), { recursive: true });
  let told = false;
  while (!(await take(path))) {
    const pid = await holder(path);
    if (pid === undefined ? await isAbandoned(path) : !alive(pid)) {
      await discard(path);
      continue;
    }
    if (!told && pid !== undefined) onWait(pid);
    told = true;
    await delay(100, undefined, { signal });
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** @param {string} path */
async function take(path) {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {any} */ (error).code === 'EEXIST') return false;
    // On a full disk the file is made and stays empty.
    await rm(path, { force: true });
    throw error;
  }
}

/** @param {string} path @returns {Promise<number | undefined>} undefined while the holder has not written its id yet */
async function holder(path) {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text === '' ? undefined : Number(text);
}

/** Its holder ended between making it and writing its id. @param {string} path */
async function isAbandoned(path) {
  const madeAtMs = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Date.now(),
  );
  return Date.now() - madeAtMs > WRITE_LIMIT_MS;
}

/** Renamed before it is removed, so that of two processes that saw the same dead holder only one removes its lock. @param {string} path */
async function discard(path) {
  const aside = `${path}.${process.pid}`;
  await rename(path, aside).catch(() => {});
  await rm(aside, { force: true });
}

/** @param {number} pid */
function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {any} */ (error).code === 'EPERM';
  }
}
