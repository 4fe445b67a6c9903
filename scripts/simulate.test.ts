import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '..');
const simulate = (...given: readonly string[]) =>
  spawnSync(process.execPath, ['scripts/simulate.ts', ...given], { cwd: root, encoding: 'utf8', timeout: 60_000 });

test('a messenger without a platform says what to do instead', () => {
  const { status, stderr } = simulate('webchat');
  assert.equal(status, 1);
  assert.match(stderr, /no platform that could be imitated.*\nnpm start runs it/);
  assert.doesNotMatch(stderr, /^ +at /m, 'it is told in words');
});

test('what is no messenger is told which there are', () => {
  for (const name of ['', 'pigeon', '../directory']) {
    const { status, stderr } = simulate(name);
    assert.equal(status, 1);
    assert.match(stderr, /There are: .*telegram/);
  }
});

test('every connector has a simulator, but for the one whose other side is our own page alone', () => {
  const namesOf = (pattern: string) => globSync(pattern, { cwd: root }).map((path) => path.split(/[\\/]/)[2]);
  const simulated = new Set(namesOf('services/connectors/*/simulator/main.ts'));
  const all = namesOf('services/connectors/*/index.ts');
  assert.deepEqual(
    all.filter((name) => !simulated.has(name)),
    ['webchat'],
  );
});
