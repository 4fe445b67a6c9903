import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('./guards.ts', import.meta.url));

const cases = '4000';
/** Half a hundred runs of a model, two at a time. */
const timeout = 480_000;

for (const part of ['lanes', 'queue', 'channels']) {
  test(`every guard of the ${part} is missed when it is taken away`, { timeout }, async (t) => {
    const { stdout } = await promisify(execFile)(process.execPath, [script, cases, part], { signal: t.signal });
    for (const line of stdout.trim().split('\n')) t.diagnostic(line);
  });
}
