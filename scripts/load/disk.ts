import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A disk of its own under a folder. Leaving the block takes it away with what is on it; so does the end of this process, whatever ends it. */
export interface Disk extends AsyncDisposable {
  /** From now on there is no room for anything more. */
  fill(): Promise<void>;
  /** Gives it its room back. */
  giveBack(): Promise<void>;
}

const run = promisify(execFile);
const pageBytes = 4_096;
const tries = 100;

/**
 * Whoever holds the mount: it goes when nobody holds the other end of this one's input any more, also after SIGKILL. Lazily,
 * because a server that is ending may still have files open there.
 */
const keeper = 'mount -t tmpfs -o "size=$1" tmpfs "$2" || exit 1; echo mounted; cat > /dev/null; umount -l "$2"';

/**
 * Mounts a disk in memory that has room for so many MiB; of the memory it takes what is written. Rejects, in words, where this
 * process may not mount.
 */
export async function mountDisk(folder: string, sizeMib: number): Promise<Disk> {
  await mkdir(folder, { recursive: true });
  const holder = spawn('sh', ['-c', keeper, 'sh', `${sizeMib}m`, folder], { stdio: 'pipe', detached: true });
  const ended = once(holder, 'exit');
  let said = '';
  holder.stderr.on('data', (text) => {
    said += String(text);
  });
  const isMounted = await Promise.race([once(holder.stdout, 'data').then(() => true), ended.then(() => false)]);
  if (!isMounted)
    throw new Error(`a disk cannot be mounted here: this run needs the right to mount (root). ${said.trim()}`);
  return {
    fill: () => fill(folder),
    giveBack: () => resize(folder, `${sizeMib}m`),
    [Symbol.asyncDispose]: async () => {
      holder.stdin.end();
      await ended;
    },
  };
}

/** Why disks cannot be mounted here, in words; undefined: they can. */
export async function whyNoDisk(): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-disk-'));
  try {
    await using _disk = await mountDisk(folder, 1);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Makes the disk as small as what is on it: full, as by a file that took the rest, without the memory for such a file. What is
 * written meanwhile makes it too small for that: then once more.
 */
async function fill(folder: string): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    const { blocks, bfree, bsize } = await statfs(folder);
    const usedBytes = Math.ceil(((blocks - bfree) * bsize) / pageBytes) * pageBytes;
    try {
      await resize(folder, String(usedBytes));
      return;
    } catch (error) {
      if (tried === tries) throw error;
    }
  }
}

async function resize(folder: string, size: string): Promise<void> {
  await run('mount', ['-o', `remount,size=${size}`, folder]);
}
