import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '../..');

for (const command of ['bench', 'chaos']) {
  test(`a flag that ${command} does not know is refused in words`, async () => {
    const ended = promisify(execFile)(process.execPath, [`scripts/${command}.ts`, '--sed', '42'], { cwd: root });
    await assert.rejects(ended, { code: 1, stdout: '', stderr: /^Unknown option '--sed'.*\n--help says[^\n]*\n$/ });
  });
}
