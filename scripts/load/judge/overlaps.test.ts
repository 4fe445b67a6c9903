import assert from 'node:assert/strict';
import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { until } from '../../../packages/testkit/src/index.ts';
import { createOverlaps } from './overlaps.ts';

/** A listener that leaves what comes open, and a sender to it. */
async function setting() {
  const overlaps = createOverlaps();
  const held: ServerResponse[] = [];
  const server = createServer((incoming, response) => {
    overlaps.begin(incoming.url ?? '', response);
    held.push(response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const call = async (path: string) => {
    const sent = request({ port, path, host: '127.0.0.1', method: 'POST' });
    sent.on('error', () => {});
    sent.end();
    const before = held.length;
    await until(() => held.length > before);
    return sent;
  };
  return { overlaps, held, call, [Symbol.dispose]: () => server.closeAllConnections() ?? server.close() };
}

test('two requests of one stream that are under way at once are counted, those of two streams are not', async () => {
  using around = await setting();
  await around.call('/a');
  await around.call('/b');
  await around.call('/a');
  await until(() => around.overlaps.seen.length > 0);
  assert.deepEqual(
    around.overlaps.seen.map(({ stream }) => stream),
    ['/a'],
  );
  for (const response of around.held) response.end();
});

test('a request after one that was given up is alone', async () => {
  using around = await setting();
  const first = await around.call('/a');
  first.destroy();
  await around.call('/a');
  await around.call('/b');
  await around.call('/b');
  await until(() => around.overlaps.seen.length > 0);
  assert.deepEqual(
    around.overlaps.seen.map(({ stream }) => stream),
    ['/b'],
  );
});
