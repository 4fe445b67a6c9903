import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const cases = Number(process.env.MODEL_CASES ?? 10_000);
const processes = 2;
const script = fileURLToPath(new URL('./run.ts', import.meta.url));

test(`stage and keyed log keep every promise in ${cases} cases of chaos`, async (t) => {
  const run = async () => {
    const args = [script, String(Math.ceil(cases / processes))];
    const { stdout } = await promisify(execFile)(process.execPath, args, { signal: t.signal });
    return JSON.parse(stdout) as { readonly cases: number; readonly seed: number };
  };
  const results = await Promise.all(Array.from({ length: processes }, run));
  for (const result of results) t.diagnostic(`${result.cases} cases, seed ${result.seed}`);
  assert.ok(results.reduce((sum, result) => sum + result.cases, 0) >= cases);
});
