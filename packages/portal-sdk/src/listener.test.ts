import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as openRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { listener } from './listener.ts';
import { createReceiver } from './testing/receiver.ts';
import { createSender, licenceKeyOf, requestOf } from './testing/sender.ts';

async function serve(options: Parameters<typeof createReceiver>[0] = {}) {
  const receiver = createReceiver(options);
  const server = createServer(listener(receiver.portal)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...receiver,
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('a signed batch over HTTP is taken', async () => {
  await using portal = await serve();
  const { headers, rawBody } = requestOf(createSender().events(3), licenceKeyOf(1));
  const answer = await fetch(portal.url, {
    method: 'POST',
    headers: headers as Record<string, string>,
    body: String(rawBody),
  });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'application/json');
  assert.deepEqual(await answer.json(), { accepted: 3 });
  assert.equal(portal.taken().length, 3);
});

test('only POST is answered', async () => {
  await using portal = await serve();
  const answer = await fetch(portal.url);
  assert.equal(answer.status, 405);
  assert.equal(answer.headers.get('allow'), 'POST');
});

test('10 MB with their length told beforehand are answered 413', async () => {
  await using portal = await serve();
  const answer = await fetch(portal.url, { method: 'POST', body: Buffer.alloc(10_000_000, '[') });
  assert.equal(answer.status, 413);
});

test('a length over the limit is answered before the first byte of the body', async () => {
  await using portal = await serve();
  const request = openRequest(portal.url, { method: 'POST', headers: { 'content-length': '10000000' } });
  request.on('error', () => undefined);
  const answered = once(request, 'response', { signal: AbortSignal.timeout(5_000) });
  request.flushHeaders();
  const [response] = await answered;
  assert.equal(response.statusCode, 413);
  request.destroy();
});

test('10 MB in pieces without a length are answered 413 as soon as the limit is passed', async () => {
  await using portal = await serve({ maxBodyBytes: 1_000 });
  const request = openRequest(portal.url, { method: 'POST' });
  request.on('error', () => undefined);
  const answered = once(request, 'response');
  for (let piece = 0; piece < 100; piece += 1) request.write(Buffer.alloc(100_000, '['));
  const [response] = await answered;
  assert.equal(response.statusCode, 413);
  assert.equal(response.headers.connection, 'close');
  request.destroy();
});

test('a sender that goes away in the middle of the body leaves nothing behind', async () => {
  await using portal = await serve();
  const request = openRequest(portal.url, { method: 'POST', headers: { 'content-length': '1000' } });
  request.on('error', () => undefined);
  request.write('[');
  await once(request, 'socket');
  request.destroy();
  const { headers, rawBody } = requestOf(createSender().events(1), licenceKeyOf(1));
  const answer = await fetch(portal.url, {
    method: 'POST',
    headers: headers as Record<string, string>,
    body: String(rawBody),
  });
  assert.equal(answer.status, 200);
  assert.deepEqual(portal.taken(), ['event-1']);
});
