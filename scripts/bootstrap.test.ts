import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';

const SCRIPT = `
import { writeFileSync } from 'node:fs';
const file = process.argv[2];
writeFileSync(file, 'runs');
const waits = setInterval(() => {}, 1_000);
process.on('SIGTERM', () => { writeFileSync(file, 'stopped politely'); clearInterval(waits); });
`;

test('when npm is told to stop, which tells only its shell, what it started stops as well', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const [script, said] = [join(folder, 'script.mjs'), join(folder, 'said')];
  await writeFile(script, SCRIPT);
  const start = `import('./scripts/bootstrap.mjs').then((it) => it.bootstrap('${relative('.', script)}', ['${said}']))`;
  const env = { ...process.env, npm_lifecycle_event: 'start' };
  const shell = spawn('/bin/sh', ['-c', `'${process.execPath}' -e "${start}"; true`], { env, stdio: 'ignore' });
  const isSaid = async (words: string) => (await readFile(said, 'utf8').catch(() => '')) === words;
  await until(() => isSaid('runs'), 30_000);

  shell.kill('SIGTERM');
  await once(shell, 'exit');

  await until(() => isSaid('stopped politely'), 10_000);
});
