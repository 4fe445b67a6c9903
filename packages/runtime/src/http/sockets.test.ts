import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { createLogger } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { createHttpServer } from './server.ts';
import { type OpenSocket, openSockets } from './sockets.ts';

async function aServer(handle: (socket: OpenSocket) => Promise<void>) {
  const log = createLogger({ service: 'test', instance: 'one', level: 'silent' });
  const http = createHttpServer({ log, metrics: createMetrics({ service: 'test', measuresProcess: false }) });
  const troubles: unknown[] = [];
  const sockets = openSockets(http, (error) => troubles.push(error));
  sockets.on('/widget/v1/socket', handle);
  await http.listen({ host: '127.0.0.1', port: 0 });
  const { port } = http.server.address() as AddressInfo;
  const url = `ws://127.0.0.1:${port}`;
  return { http, url, troubles, [Symbol.asyncDispose]: () => http.close() };
}

async function aClient(url: string, headers = {}, onFrame = (_frame: string) => {}) {
  const socket = new WebSocket(url, { headers });
  socket.on('message', (data) => onFrame(data.toString()));
  await once(socket, 'open');
  return socket;
}

test('frames go both ways in order, and the handler knows who is there', async () => {
  await using server = await aServer(async (socket) => {
    await socket.send(`${socket.query.channel} ${socket.headers.origin} ${socket.ip}`);
    for await (const frame of socket.frames) await socket.send(`echo ${frame}`);
  });
  const got: string[] = [];
  const all = Promise.withResolvers<void>();
  const headers = { origin: 'https://shop.example', 'x-forwarded-for': '203.0.113.7, 10.0.0.1' };
  const client = await aClient(`${server.url}/widget/v1/socket?channel=c1`, headers, (frame) => {
    if (got.push(frame) === 101) all.resolve();
  });
  for (let count = 0; count < 100; count += 1) client.send(`${count}`);
  await all.promise;
  assert.equal(got[0], 'c1 https://shop.example 203.0.113.7');
  assert.deepEqual(
    got.slice(1),
    Array.from({ length: 100 }, (_, count) => `echo ${count}`),
  );
  client.close();
});

test('when the handler ends or fails the socket is closed, and the failure is told', async () => {
  await using server = await aServer(async (socket) => {
    if (socket.query.fails === '1') throw new Error('broken');
  });
  const [fine] = await once(await aClient(`${server.url}/widget/v1/socket`), 'close');
  const [failed] = await once(await aClient(`${server.url}/widget/v1/socket?fails=1`), 'close');
  assert.deepEqual([fine, failed], [1_005, 1_011]);
  assert.equal(server.troubles.length, 1);
});

test('another path is refused, a binary or huge frame closes, and a closing server says goodbye', async (t) => {
  const ended: boolean[] = [];
  const server = await aServer(async (socket) => {
    for await (const _ of socket.frames);
    ended.push(socket.signal.aborted);
  });
  const refused = new WebSocket(`${server.url}/other`);
  const [error] = await once(refused, 'error');
  assert.match(String(error), /404/);

  const binary = await aClient(`${server.url}/widget/v1/socket`);
  binary.send(Buffer.from('x'));
  assert.equal((await once(binary, 'close'))[0], 1_003);

  const huge = await aClient(`${server.url}/widget/v1/socket`);
  huge.on('error', () => {});
  huge.send('x'.repeat(70_000));
  assert.equal((await once(huge, 'close'))[0], 1_009);

  const last = await aClient(`${server.url}/widget/v1/socket`);
  const goodbye = once(last, 'close');
  await server[Symbol.asyncDispose]();
  assert.equal((await goodbye)[0], 1_001);
  await t.waitFor(() => assert.deepEqual(ended, [true, true, true]));
});
