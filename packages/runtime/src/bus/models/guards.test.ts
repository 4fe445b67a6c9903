import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('./guards.ts', import.meta.url));

test('every guard of stage, keyed log and portal queue is missed when it is taken away', async (t) => {
  const { stdout } = await promisify(execFile)(process.execPath, [script], { signal: t.signal });
  for (const line of stdout.trim().split('\n')) t.diagnostic(line);
});
