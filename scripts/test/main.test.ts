import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../../packages/testkit/src/servers/fetch/run.mjs';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

const FILE = `import { suite, test } from 'node:test';
suite('a suite is not counted', () => {
  test('passes', () => {});
  test('fails', () => { throw new Error('as planted'); });
});
test('skipped', { skip: 'nothing to try it with' });
`;

async function runTests(t: TestContext, env: NodeJS.ProcessEnv, text = FILE) {
  const root = await mkdtemp(join(tmpdir(), 'trunkline-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  await mkdir(join(root, 'packages/x'), { recursive: true });
  await writeFile(join(root, 'packages/x/some.test.ts'), text);
  // The runner under test must not take itself for a part of this one.
  const { NODE_TEST_CONTEXT: _, ...outside } = process.env;
  return run(process.execPath, [MAIN, 'some'], { cwd: root, signal: t.signal, env: { ...outside, ...env } });
}

test('the last line counts every test, a failure is shown with its place, and the exit code tells', async (t) => {
  const { code, lines } = await runTests(t, { CI: '' });
  assert.equal(lines.at(-1), '1 passed, 1 failed');
  assert.equal(code, 1);
  assert.match(lines.join('\n'), /✖ fails\n +packages\/x\/some\.test\.ts:4\n +Error: as planted/);
  assert.match(lines.join('\n'), /skipped: packages\/x\/some\.test\.ts:6 skipped: nothing to try it with/);
});

test('where CI is set, a skipped test is a failure', async (t) => {
  const { code, lines } = await runTests(t, { CI: 'true' });
  assert.equal(lines.at(-1), '1 passed, 2 failed');
  assert.equal(code, 1);
});

test('a file that cannot be loaded is a failure that says why', async (t) => {
  const { lines } = await runTests(t, {}, "import './absent.ts';");
  assert.equal(lines.at(-1), '0 passed, 1 failed');
  assert.match(lines.join('\n'), /Cannot find module .*absent\.ts/);
});
