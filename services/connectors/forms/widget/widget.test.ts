import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

const limitBytes = 15_000;

test('the script is smaller than 15 kB as it goes over the wire, with the form’s style sheet in it', async (t) => {
  const size = gzipSync(await readFile(join(import.meta.dirname, 'dist', 'widget.js'))).length;
  t.diagnostic(`${(size / 1_000).toFixed(1)} kB gzip`);
  assert.ok(size < limitBytes, `${size} bytes`);
});

test('the form’s sources fit their types', async () => {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  await promisify(execFile)(process.execPath, [tsc, '--noEmit', '-p', import.meta.dirname]);
});
