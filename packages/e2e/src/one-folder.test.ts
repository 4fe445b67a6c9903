import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { scaffold } from '../../../scripts/new/scaffold.ts';
import { proof } from './parrot-way.ts';

const root = resolve(import.meta.dirname, '../../..');
const run = promisify(execFile);

/** A copy of the whole repository that runs on this one's modules and servers, and leaves it alone. */
async function aScratchCopy() {
  const scratch = await mkdtemp(join(tmpdir(), 'one-folder-'));
  const leftOut = new Set(['node_modules', '.git', '.trunkline', '.turbo']);
  for (const name of await readdir(root)) {
    if (!leftOut.has(name))
      await cp(join(root, name), join(scratch, name), { recursive: true, preserveTimestamps: true });
  }
  await symlink(join(root, '.trunkline'), join(scratch, '.trunkline'));
  const modules = join(scratch, 'node_modules');
  await mkdir(modules);
  for (const name of await readdir(join(root, 'node_modules'))) {
    if (name !== '@trunkline') await symlink(join(root, 'node_modules', name), join(modules, name));
  }
  // Our own packages are the copy's: their links lead upwards from wherever they stand.
  await cp(join(root, 'node_modules/@trunkline'), join(modules, '@trunkline'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  const files = () => {
    const found = globSync('{packages,services,scripts,deploy,docs,proto}/**/*.*', { cwd: scratch });
    return new Map(found.toSorted().map((path) => [path, statSync(join(scratch, path)).mtimeMs]));
  };
  return { scratch, files, [Symbol.asyncDispose]: () => rm(scratch, { recursive: true, force: true }) };
}

test('a connector is one folder: in a copy of everything it carries a message to the portal and the answer back', async () => {
  await using copy = await aScratchCopy();
  const before = copy.files();
  const made = await scaffold(copy.scratch, 'connector', 'parrot');
  const now = copy.files();
  assert.deepEqual(
    [...now].filter(([path, at]) => before.get(path) !== at).map(([path]) => path),
    made.toSorted(),
    'nothing but its folder is new or changed',
  );
  const way = join(copy.scratch, 'packages/e2e/src/parrot-way.ts');
  const { stdout } = await run(process.execPath, [way], { cwd: copy.scratch, timeout: 300_000 });
  assert.ok(stdout.includes(proof), stdout);
});
