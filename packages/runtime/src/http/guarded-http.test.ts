import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { isPublicAddress } from './address-guard.ts';
import { createOuterHttp, type OuterHttp, type OuterRequest } from './guarded-http.ts';

async function aServer(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, port, [Symbol.asyncDispose]: close };
}

const wanted = (url: string, more: Partial<OuterRequest> = {}): OuterRequest => ({
  url,
  method: 'POST',
  headers: {},
  body: 'x',
  timeoutMs: 2_000,
  maxBytes: 1_000,
  signal: new AbortController().signal,
  ...more,
});
const open = () => createOuterHttp({ allowPrivate: true, connectTimeoutMs: 1_000 });

async function textOf(http: OuterHttp, request: OuterRequest): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of (await http.call(request)).stream) parts.push(part);
  return Buffer.concat(parts).toString();
}

test('what is sent arrives, files too, and redirects are not followed', async () => {
  const form = new FormData();
  form.set('photo', new Blob(['bytes']), 'cat.png');
  await using server = await aServer((request, response) => {
    if (request.url === '/moved') response.writeHead(302, { location: '/' });
    request.pipe(response);
  });
  await using http = open();
  assert.equal(await textOf(http, wanted(server.url, { body: 'hello' })), 'hello');
  assert.match(await textOf(http, wanted(server.url, { body: form })), /filename="cat.png"[\s\S]*bytes/);
  const stream = (async function* () {
    yield Buffer.from('in ');
    yield Buffer.from('parts');
  })();
  assert.equal(await textOf(http, wanted(server.url, { body: stream })), 'in parts');
  assert.equal((await http.call(wanted(`${server.url}/moved`))).status, 302);
});

test('a private address that is named may be called; another port, another name of it and another scheme may not', async () => {
  await using server = await aServer((_request, response) => response.end('named'));
  await using other = await aServer((_request, response) => response.end('not named'));
  await using http = createOuterHttp({ allowPrivate: [server.url], connectTimeoutMs: 1_000 });
  assert.equal(await textOf(http, wanted(server.url)), 'named');
  const alike = [other.url, `http://localhost:${server.port}`, `https://127.0.0.1:${server.port}`];
  for (const url of alike) await assert.rejects(http.call(wanted(url)), { code: 'permission_denied' }, url);
  await using byName = createOuterHttp({ allowPrivate: [`http://localhost:${server.port}`], connectTimeoutMs: 1_000 });
  assert.equal(await textOf(byName, wanted(`http://localhost:${server.port}`)), 'named');
  await assert.rejects(byName.call(wanted(server.url)), { code: 'permission_denied' });
});

test('private addresses are refused by number and by name, whoever asks', async () => {
  await using server = await aServer((_request, response) => response.end());
  await using http = createOuterHttp({ allowPrivate: false, connectTimeoutMs: 1_000 });
  for (const url of [server.url, `http://localhost:${server.port}`, `http://[::1]:${server.port}`]) {
    await assert.rejects(http.call(wanted(url)), { code: 'permission_denied', certain: true });
  }
  for (const address of ['10.0.0.1', '169.254.169.254', '::1', 'fd00::1', '0.0.0.0', '100.64.0.1', '::ffff:10.0.0.1']) {
    assert.equal(isPublicAddress(address), false, address);
  }
  for (const address of ['149.154.167.220', '2001:67c:4e8:f004::9']) assert.equal(isPublicAddress(address), true);
});

test('whether nothing can have arrived is told', async () => {
  await using cut = await aServer((request) => request.on('end', () => request.socket.destroy()).resume());
  await using slow = await aServer((request) => request.resume());
  await using half = await aServer((_request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('x', () => response.destroy());
  });
  await using http = open();
  await assert.rejects(http.call(wanted('http://127.0.0.1:1')), { code: 'unavailable', certain: true });
  await assert.rejects(http.call(wanted(cut.url)), { code: 'unavailable', certain: false });
  await assert.rejects(http.call(wanted(slow.url, { timeoutMs: 100 })), { code: 'unavailable', certain: false });
  await assert.rejects(textOf(http, wanted(half.url)), { code: 'unavailable', certain: false });
});

test('an endless answer is cut at its cap, a slow one at its time', async () => {
  await using endless = await aServer((_request, response) => {
    const more = () => {
      while (response.write(Buffer.alloc(500)));
      response.once('drain', more);
    };
    more();
  });
  await using drip = await aServer((_request, response) => {
    const timer = setInterval(() => response.write('x'), 20);
    response.once('close', () => clearInterval(timer));
  });
  await using http = open();
  await assert.rejects(textOf(http, wanted(endless.url)), { code: 'too_large' });
  await assert.rejects(textOf(http, wanted(drip.url, { timeoutMs: 200 })), { code: 'unavailable' });
});

test('no error says where, because an address may hold a token', async () => {
  await using http = open();
  const failed = await http.call(wanted('http://127.0.0.1:1/bot700100:AAH/getMe')).catch(String);
  assert.doesNotMatch(String(failed), /AAH/);
});
