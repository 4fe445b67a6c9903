import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { TrunklineError } from '../errors.ts';
import { createLogger } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { createHttpServer, type HttpServerOptions } from './server.ts';

async function door(t: TestContext, more: Partial<HttpServerOptions> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLogger({ service: 'gateway', instance: 'g', level: 'info', destination });
  const metrics = createMetrics({ service: 'gateway', measuresProcess: false });
  const http = createHttpServer({ log, metrics, bodyLimitBytes: 1_000, ...more });
  http.post('/echo/:id', async (request) => request.body ?? 'nothing');
  http.get('/caller', async ({ ip }) => ip);
  http.get('/fails/:id', async () => {
    throw new Error('SELECT password');
  });
  http.get('/busy', async () => {
    throw new TrunklineError('unavailable', 'stream is full', { retry: { afterMs: 2_500 } });
  });
  const address = await http.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => http.close());
  return { address, port: Number(new URL(address).port), lines, metrics };
}

test('a body of any kind comes as the bytes that were sent', async (t) => {
  const { address } = await door(t);
  const bytes = Uint8Array.from([0x7b, 0x22, 0xff, 0x00, 0x0d, 0x0a]);
  for (const type of [
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain',
    'multipart/form-data',
    'a/b',
    '',
  ]) {
    const headers: Record<string, string> = type === '' ? {} : { 'content-type': type };
    const answer = await fetch(`${address}/echo/1`, { method: 'POST', body: bytes, headers });
    assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), bytes, type);
  }
  assert.equal(await (await fetch(`${address}/echo/1`, { method: 'POST' })).text(), 'nothing');
});

test('every refusal has its code, a sentence and a remedy, and tells nothing of our inside', async (t) => {
  const { address, lines } = await door(t);
  const cases: readonly (readonly [string, RequestInit, number, string])[] = [
    ['/nowhere', {}, 404, 'not_found'],
    ['/echo/%zz', { method: 'POST' }, 400, 'invalid_argument'],
    ['/echo/1', { method: 'POST', body: 'x'.repeat(1_001) }, 413, 'too_large'],
    ['/fails/1', {}, 500, 'internal'],
    ['/busy', {}, 503, 'unavailable'],
  ];
  for (const [path, init, status, code] of cases) {
    const answer = await fetch(`${address}${path}`, init);
    const body = (await answer.json()) as Record<string, unknown>;
    assert.deepEqual([answer.status, body.code], [status, code], path);
    assert.ok(String(body.message).endsWith('.') && String(body.remedy).endsWith('.'), path);
    assert.doesNotMatch(JSON.stringify(body), /password|stack/);
    assert.equal(answer.headers.get('x-powered-by'), null);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    if (path === '/busy') assert.equal(answer.headers.get('retry-after'), '3');
  }
  assert.equal(lines.length, 1, 'only what nobody expected is logged');
});

test('requests are measured by route, so that ids make no labels', async (t) => {
  const { address, metrics } = await door(t);
  await fetch(`${address}/echo/very-secret-id`, { method: 'POST' });
  const text = await metrics.text();
  assert.match(text, /route="\/echo\/:id"/);
  assert.doesNotMatch(text, /very-secret-id/);
});

test('whoever sends a byte a second is hung up on', async (t) => {
  const { port } = await door(t, { requestTimeoutMs: 500 });
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('POST /echo/1 HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nab');
  let heard = '';
  socket.on('data', (chunk) => (heard += chunk));
  await once(socket, 'close');
  assert.match(heard, /^HTTP\/1\.1 408 /);
});

test('who called is whom a trusted proxy names; nobody else is believed', async (t) => {
  const callerOf = async (trustedProxies: readonly string[]) => {
    const { address } = await door(t, { trustedProxies });
    const headers = { 'x-forwarded-for': '6.6.6.6, 203.0.113.9' };
    return await (await fetch(`${address}/caller`, { headers })).text();
  };
  assert.equal(await callerOf(['127.0.0.0/8']), '203.0.113.9');
  assert.equal(await callerOf(['10.0.0.0/8']), '127.0.0.1');
  assert.equal(await callerOf([]), '127.0.0.1');
});
