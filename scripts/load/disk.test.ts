import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../../packages/testkit/src/index.ts';
import { mountDisk, whyNoDisk } from './disk.ts';

const why = await whyNoDisk();
const skip = why === undefined ? false : why;

test('a disk that is full takes nothing more until it has its room back', { skip }, async () => {
  await using place = await folderOf();
  await using disk = await mountDisk(place.path, 16);
  const file = join(place.path, 'file');
  await writeFile(file, Buffer.alloc(100_000));
  await disk.fill();
  await assert.rejects(writeFile(join(place.path, 'more'), Buffer.alloc(100_000)), { code: 'ENOSPC' });
  assert.equal((await readFile(file)).length, 100_000);
  await disk.giveBack();
  await writeFile(join(place.path, 'more'), Buffer.alloc(100_000));
});

test('a disk goes with its process, also one that is killed', { skip }, async () => {
  await using place = await folderOf();
  const script = `
    const { mountDisk } = await import(${JSON.stringify(import.meta.resolve('./disk.ts'))});
    await mountDisk(${JSON.stringify(place.path)}, 1);
    console.log('mounted');
    setInterval(() => {}, 1_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  assert.equal(await isMounted(place.path), true);
  child.kill('SIGKILL');
  await until(async () => !(await isMounted(place.path)));
});

async function isMounted(path: string): Promise<boolean> {
  return (await readFile('/proc/mounts', 'utf8')).includes(` ${path} `);
}

async function folderOf() {
  const path = await mkdtemp(join(tmpdir(), 'trunkline-disk-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
