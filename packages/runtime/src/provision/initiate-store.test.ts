import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServers } from '@trunkline/testkit';
import { initiateStore } from './initiate-store.ts';

test('a replica set that is ready is left as it is, and its administrator is known', async (t) => {
  const mongoUsers = [{ name: 'somebody', password: 'secret' }];
  await using servers = await startServers({ mongo: true, own: true, mongoUsers });
  const { host, password } = new URL(servers.mongoUrl);
  const rootPassword = decodeURIComponent(password);
  const options = { localAddress: host, member: 'another:27017', rootPassword, signal: t.signal };
  assert.equal(new URL(await initiateStore(options)).host, host);
});

test('waiting for a server that does not come ends with the signal', async () => {
  const signal = AbortSignal.timeout(100);
  const options = { localAddress: '127.0.0.1:1', member: 'mongo:27017', rootPassword: 'p', signal };
  await assert.rejects(initiateStore(options), { name: 'TimeoutError' });
});
