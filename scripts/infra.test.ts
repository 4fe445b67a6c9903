import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { startServers } from '../packages/testkit/src/index.ts';
import { natsUsersConf } from './infra/nats-users.ts';
import { passwordVariable, readSettings } from './infra/settings.ts';

const connectors = ['telegram'];

test('the settings come from the environment, and what is missing is said at once', () => {
  const env = { NATS_URL: 'nats://n', MONGO_URL: 'mongodb://m', REPLICAS: '3', MONGO_TELEGRAM_PASSWORD: 'p' };
  const settings = readSettings(env, connectors);
  assert.deepEqual(
    [settings.replicas, settings.database, [...(settings.mongoPasswords ?? [])]],
    [3, 'trunkline', [['telegram', 'p']]],
  );
  assert.throws(() => readSettings({ BUS_BYTES: 'much' }, connectors), /NATS_URL[\s\S]*MONGO_URL[\s\S]*BUS_BYTES/);
});

test('the server’s users hold the rights of the table and no password', () => {
  const conf = natsUsersConf(connectors);
  assert.match(conf, /user: telegram\n\s+password: \$NATS_TELEGRAM_PASSWORD/);
  assert.match(conf, /"outbox\.\*\.>"/);
  assert.equal(passwordVariable('NATS', 'my-messenger'), 'NATS_MY_MESSENGER_PASSWORD');
});

test('infra runs alone', async () => {
  await using servers = await startServers({ nats: true, mongo: true, own: true });
  const env = { ...process.env, NATS_URL: servers.natsUrl, MONGO_URL: servers.mongoUrl };
  const child = spawn(process.execPath, ['scripts/infra.ts'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (text) => (out += text));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  assert.equal(code, 0);
  assert.match(out, /Streams made: OUTBOX, FACTS, TIMERS, INGRESS/);
});
