import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { freePort } from './ports.ts';
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

/** Asks for metadata without topics, and gives the port of the only broker that is named. */
function advertisedAt(port: number): Promise<number> {
  // size, api key 3, version 1, correlation id 1, client id "t", no topics
  const request = Buffer.from('0000000f00030001000000010001' + '74' + '00000000', 'hex');
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(request));
    socket.setTimeout(5_000, () => socket.destroy(new Error('Kafka did not answer')));
    socket.once('error', reject);
    socket.once('data', (answer) => {
      socket.destroy();
      // After size, correlation id and the number of brokers: its id, its host, its port.
      const hostBytes = answer.readInt16BE(16);
      resolve(answer.readInt32BE(18 + hostBytes));
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

test('whoever comes by a door of its own is told to stay there', async () => {
  const [port, advertisedPort] = [await freePort(), await freePort()];
  await using servers = await startServers({ kafka: true, own: true, kafkaDoors: [{ port, advertisedPort }] });
  const own = Number(servers.kafkaBrokers.split(':')[1]);
  assert.deepEqual([await advertisedAt(port), await advertisedAt(own)], [advertisedPort, own]);
});
