import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, request as nodeRequest, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createLogger } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { type PassedWhole, passWhole } from './pass-whole.ts';
import { createHttpServer, nothingHere } from './server.ts';

/** A door that passes `/hooks/here/…` on to a server, which does as it is told. */
async function aDoor(t: TestContext, listener: RequestListener, more: Partial<PassedWhole> = {}) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const upstream = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const silent: string[] = [];
  const log = createLogger({ service: 'test', instance: 'one', level: 'silent' });
  const http = createHttpServer({ log, metrics: createMetrics({ service: 'test' }) });
  passWhole(http, {
    prefix: '/hooks',
    upstreamOf: (path) => {
      if (!path.startsWith('/hooks/here/')) throw nothingHere();
      return upstream;
    },
    onSilent: (who) => silent.push(who),
    ...more,
  });
  const url = await http.listen({ port: 0, host: '127.0.0.1' });
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await http.close();
  });
  return { url: `${url}/hooks/here/c1`, elsewhere: `${url}/hooks/nowhere/c1`, silent, upstream, server };
}

const post = (url: string, body: string | Uint8Array<ArrayBuffer> = '{}') => fetch(url, { method: 'POST', body });

test('headers of the connection stay behind, those that it names too; all others go both ways', async (t) => {
  let heard: IncomingHttpHeaders = {};
  const door = await aDoor(t, (request, response) => {
    heard = request.headers;
    response.writeHead(201, {
      'x-own': 'yes',
      'set-cookie': ['a=1', 'b=2'],
      'x-hop': 'no',
      connection: 'close, X-Hop',
    });
    response.end('ok');
  });
  const answer = await new Promise<{ status: number | undefined; headers: IncomingHttpHeaders }>((resolve, reject) => {
    const headers = { connection: 'close, x-secret', 'x-secret': 'of the hop', 'x-mine': 'kept', te: 'trailers' };
    const call = nodeRequest(door.url, { method: 'POST', headers }, (response) => {
      resolve({ status: response.statusCode, headers: response.headers });
      response.resume();
    });
    call.on('error', reject).end('{}');
  });
  assert.deepEqual([heard['x-secret'], heard['x-mine'], heard.te], [undefined, 'kept', undefined]);
  assert.deepEqual([answer.status, answer.headers['x-own'], answer.headers['x-hop']], [201, 'yes', undefined]);
  assert.deepEqual(answer.headers['set-cookie'], ['a=1', 'b=2']);
});

test('an address that is not here is refused before its body is read', async (t) => {
  const door = await aDoor(t, (_request, response) => response.end());
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const call = nodeRequest(door.elsewhere, { method: 'POST', headers: { 'content-length': '1000000' } });
    call.on('error', reject).on('response', ({ statusCode }) => {
      resolve(statusCode);
      call.destroy();
    });
    // The rest never comes.
    call.write('{');
  });
  assert.equal(status, 404);
});

test('more calls or bytes than may be under way to one server are put off, and let in again afterwards', async (t) => {
  const waiting: (() => void)[] = [];
  const door = await aDoor(
    t,
    (request, response) => request.resume().on('end', () => waiting.push(() => response.end('done'))),
    { mostCalls: 2, mostBytes: 10 },
  );
  const open = [post(door.url, '1234'), post(door.url, '1234')];
  while (waiting.length < 2) await new Promise((resolve) => setImmediate(resolve));
  assert.equal((await post(door.url, '1')).status, 503, 'a third call');
  for (const answer of waiting.splice(0)) answer();
  assert.deepEqual(await Promise.all(open.map(async (one) => await (await one).text())), ['done', 'done']);
  assert.equal((await post(door.url, '12345678901')).status, 503, 'too many bytes');
  const last = post(door.url, '1');
  while (waiting.length < 1) await new Promise((resolve) => setImmediate(resolve));
  waiting[0]?.();
  assert.equal((await last).status, 200);
  assert.deepEqual(door.silent, []);
});

test('a server that hangs up or says nothing is told of; one whose answer is too long is not', async (t) => {
  const door = await aDoor(
    t,
    (request, response) => {
      if (request.url?.endsWith('cut')) request.socket.destroy();
      else if (request.url?.endsWith('long')) response.end(Buffer.alloc(5 * 1024 * 1024));
    },
    { timeoutMs: 300 },
  );
  assert.equal((await post(`${door.url}/long`)).status, 503);
  assert.deepEqual(door.silent, []);
  assert.equal((await post(`${door.url}/cut`)).status, 503);
  assert.equal((await post(`${door.url}/quiet`)).status, 503);
  assert.deepEqual(door.silent, [door.upstream, door.upstream]);
});
