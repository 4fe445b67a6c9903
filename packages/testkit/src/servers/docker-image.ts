import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SERVERS_FOLDER } from './fetch/fetch.mjs';
import { run } from './fetch/run.mjs';

const ASK_LIMIT_MS = 5_000;
const PULL_LIMIT_MS = 60_000;
const FORGET_AFTER_MS = 60 * 60_000;

/**
 * Says whether Docker can run an image: its daemon answers, and the image is there or comes within a minute. A pull that failed is
 * not tried again for an hour, so that a machine without a registry does not wait before every test.
 */
export async function hasImage(image: string, signal: AbortSignal): Promise<boolean> {
  const docker = (limitMs: number, ...args: string[]) =>
    run('docker', args, { signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]) }).then(
      ({ code }) => code === 0,
      () => false,
    );
  if (!(await docker(ASK_LIMIT_MS, 'info'))) return false;
  if (await docker(ASK_LIMIT_MS, 'image', 'inspect', image)) return true;
  const failed = join(SERVERS_FOLDER, `no-image-${image.replaceAll(/[^\w.-]/g, '-')}`);
  if (Date.now() - (await changedAt(failed)) < FORGET_AFTER_MS) return false;
  if (await docker(PULL_LIMIT_MS, 'pull', '--quiet', image)) return true;
  signal.throwIfAborted();
  await mkdir(dirname(failed), { recursive: true });
  await writeFile(failed, '');
  return false;
}

async function changedAt(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
