import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

type Last = Partial<Record<'lost' | 'doubled' | 'out_of_order' | 'broken' | 'seed' | 'sent', number>> & {
  readonly disturbances?: Readonly<Record<string, number>>;
};

const seconds = 15;
const seed = 5;
/** Each run does each of them once, whatever its seed, before it goes on by chance. */
const disturbances = [
  ...['kill -9 of a service', 'SIGSTOP of an owner past its lease', 'a service whose clock is wrong', 'bad wires'],
  ...['kill -9 of a server', 'SIGSTOP of a server', 'a full stream'],
  ...['portals that misbehave', 'a portal of another kind', 'a portal at a wrong address'],
  ...['a portal that is switched off'],
];
/** Nearly thirty processes start, and the outcome of an answer that nobody knows is held for a minute. */
const limitMs = 420_000;

test('a quarter of a minute of everything that can break: nothing is wrong', { timeout: limitMs }, async () => {
  const words = ['scripts/chaos.ts', '--seconds', String(seconds), '--seed', String(seed), '--portals', '8'];
  const options = { cwd: new URL('../../..', import.meta.url), timeout: limitMs, maxBuffer: 8 * 1024 * 1024 };
  // A run that is red ends with 1: what it says comes all the same.
  const { stdout } = await promisify(execFile)(process.execPath, words, options).catch((error) => error);
  const lines: string[] = stdout.trimEnd().split('\n');
  const last = JSON.parse(lines.at(-1) ?? '{}') as Last;
  // What was found stands behind what was done; a report shows the beginning alone.
  const found = lines.slice(-20).join('\n');
  const { lost, doubled, out_of_order, broken } = last;
  assert.deepEqual({ lost, doubled, out_of_order, broken }, { lost: 0, doubled: 0, out_of_order: 0, broken: 0 }, found);
  assert.equal(last.seed, seed);
  assert.equal(last.sent, 100 * seconds);
  const missing = disturbances.filter((name) => (last.disturbances?.[name] ?? 0) === 0);
  assert.deepEqual(missing, [], found);
});
