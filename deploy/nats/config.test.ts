import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fetchServer } from '../../packages/testkit/src/servers/fetch/fetch.mjs';
import { run } from '../../packages/testkit/src/servers/fetch/run.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));

const env = {
  ...process.env,
  NATS_SERVER_NAME: 'one',
  NATS_STORE_DIR: '/var/lib/nats',
  NATS_MAX_FILE_STORE: '10GB',
  NATS_INFRA_PASSWORD: 'infra',
  NATS_SEALER_PASSWORD: 'sealer',
  NATS_CLUSTER_PASSWORD: 'cluster',
  NATS_ROUTE_1: 'nats://cluster:cluster@one:6222',
  NATS_ROUTE_2: 'nats://cluster:cluster@two:6222',
  NATS_ROUTE_3: 'nats://cluster:cluster@three:6222',
};

/** A folder as an operator would have it: the template, its users, and what is appended. */
async function aFolder(t: TestContext, more = ''): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await copyFile(join(HERE, 'users.example.conf'), join(folder, 'users.conf'));
  await copyFile(join(HERE, 'cluster.conf'), join(folder, 'cluster.conf'));
  await writeFile(join(folder, 'nats.conf'), `${await readFile(join(HERE, 'nats.conf'), 'utf8')}${more}`);
  return join(folder, 'nats.conf');
}

for (const { what, more } of [
  { what: 'one server', more: '' },
  { what: 'a cluster', more: '\ninclude ./cluster.conf\n' },
]) {
  test(`the server accepts the configuration for ${what}`, async (t) => {
    const config = await aFolder(t, more);
    const program = join(await fetchServer('nats'), 'nats-server');
    const { code, lines } = await run(program, ['-t', '-c', config], { signal: t.signal, env });
    assert.equal(code, 0, lines.join('\n'));
    assert.match(lines.join('\n'), /is valid/);
  });
}
