import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { startServers } from './start-servers.ts';

/** Asks the broker for its API versions, the first thing that every client asks, and returns the error code of the answer. */
function askVersions(brokers: string): Promise<number> {
  const [host, port] = brokers.split(':');
  // size, api key 18, version 0, correlation id 1, client id "t"
  const request = Buffer.from('0000000b00120000000000010001' + '74', 'hex');
  return new Promise((resolve, reject) => {
    const socket = connect({ host: host ?? '', port: Number(port) }, () => socket.write(request));
    socket.setTimeout(5_000, () => socket.destroy(new Error('Kafka did not answer')));
    socket.once('error', reject);
    socket.once('data', (answer) => {
      socket.destroy();
      resolve(answer.readInt16BE(8));
    });
  });
}

test('Kafka answers, and comes back on the same address after a kill', async () => {
  await using servers = await startServers({ kafka: true, own: true });
  assert.equal(await askVersions(servers.kafkaBrokers), 0);

  await servers.kill('kafka');
  await servers.restart('kafka');

  assert.equal(await askVersions(servers.kafkaBrokers), 0);
});
