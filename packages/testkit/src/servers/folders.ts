import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRATCH = fileURLToPath(new URL('../../../../.trunkline/scratch', import.meta.url));

/**
 * Makes a folder for servers whose data nobody needs afterwards. Its name begins with our process id; folders of processes that are
 * gone (a test that was killed) are removed on the way.
 */
export async function scratchFolder(): Promise<string> {
  await mkdir(SCRATCH, { recursive: true });
  const abandoned = (await readdir(SCRATCH)).filter((name) => !isAlive(Number.parseInt(name, 10)));
  await Promise.all(abandoned.map((name) => rm(join(SCRATCH, name), { recursive: true, force: true })));
  return mkdtemp(join(SCRATCH, `${process.pid}-`));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
