import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { openHistory } from './kafka.ts';

/** A broker that holds its connections and says nothing. */
async function silentBroker() {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    // What is not read hides the end of the connection.
    socket.resume();
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    open,
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

test('nothing is left open to a broker that does not answer, so that the process can end', async () => {
  using broker = await silentBroker();
  const history = openHistory({
    ...{ brokers: [broker.address], replicas: 1, keepMs: 1_000, clientId: 'audit' },
    onReachable: () => {},
  });
  const appending = history.append([{ topic: 'facts', partition: 0, value: Buffer.from('x') }]);
  const refused = assert.rejects(appending, /Kafka/);
  await until(() => broker.open.size > 0);
  await history[Symbol.asyncDispose]();
  await until(() => broker.open.size === 0);
  await refused;
});
