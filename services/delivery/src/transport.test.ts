import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { test } from 'node:test';
import { PortalEntry } from '@trunkline/contracts';
import { createLogger, createTracing, type Resolver, type Verdict } from '@trunkline/runtime';
import { openPortalHttp } from './portal-http.ts';
import { ownCertificate } from './testing/own-certificate.ts';
import { createTransport } from './transport.ts';

interface Asking {
  readonly timeoutMs?: number;
  /** True unless told otherwise: the portals here are on this machine. */
  readonly isPrivateAllowed?: boolean;
  readonly resolve?: Resolver;
  readonly signal?: AbortSignal;
}

const log = createLogger({ service: 'delivery', instance: 'd-1', level: 'silent' });
const tracing = createTracing({ service: 'delivery', instance: 'd-1', ratio: 0 });

/** What a request with two events to a portal comes to, by the way that delivery goes. */
async function asked(url: string, more: Asking = {}): Promise<Verdict> {
  const { timeoutMs = 2_000, isPrivateAllowed = true, signal = new AbortController().signal } = more;
  await using ends = new AsyncDisposableStack();
  const httpOf = openPortalHttp(
    { log, onClose: (end) => ends.defer(end) },
    isPrivateAllowed ? ['home'] : [],
    more.resolve,
  );
  const entry = PortalEntry.fromPartial({ id: 'shop', tenantId: 'home', url, settings: { timeoutMs } });
  const post = createTransport({
    ...{ httpOf, tracing, now: Date.now, portal: () => entry },
    keys: { of: async () => [createSecretKey(Buffer.alloc(32, 1))], forget: () => {} },
  });
  const items = [1, 2].map((sequence) => ({ sequence, id: `e${sequence}`, bytes: Buffer.from('{}'), traceparent: '' }));
  return (await post({ portalId: 'shop', items, attempt: 1 }, signal)).verdict;
}

async function listening<Listening extends Server>(server: Listening) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}

/** A portal over HTTP, and how often it was called. */
async function portal(listener: (response: ServerResponse, request: IncomingMessage) => void) {
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    listener(response, request);
  });
  const { port } = await listening(server);
  const close = async () => {
    server.closeAllConnections();
    server.close();
  };
  return { port, url: `http://127.0.0.1:${port}/events?a=1`, calls: () => calls, [Symbol.asyncDispose]: close };
}

/** Writes a little at a time, for as long as somebody reads. */
function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write(' '), 10);
  response.once('close', () => clearInterval(timer));
}

const json = { 'content-type': 'application/json' };

test('an answer without a body, or with one that says nothing, takes everything', async () => {
  await using plain = await portal((response) => response.writeHead(204).end());
  assert.deepEqual(await asked(plain.url), { kind: 'accepted', count: 2 });
  // Its headers came: what comes after them is waited for no longer than a second, and spoils nothing.
  await using slow = await portal((response) => {
    response.writeHead(200);
    drip(response);
  });
  assert.deepEqual(await asked(slow.url), { kind: 'accepted', count: 2 });
  await using cut = await portal((response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('x', () => response.destroy());
  });
  assert.deepEqual(await asked(cut.url), { kind: 'accepted', count: 2 });
});

test('a body that says how many were taken is waited for, and without it nothing was', async () => {
  await using slow = await portal((response) => {
    response.writeHead(200, json);
    drip(response);
  });
  assert.deepEqual(await asked(slow.url, { timeoutMs: 200 }), {
    ...{ kind: 'failed', code: 'portal_timeout', text: 'no answer within 0.2 s' },
  });
  await using endless = await portal((response) => {
    response.writeHead(200, json);
    const more = () => {
      while (response.write(' '.repeat(10_000)));
      response.once('drain', more);
    };
    more();
  });
  assert.equal((await asked(endless.url)).kind, 'failed');
  await using cut = await portal((response) => {
    response.writeHead(200, { ...json, 'content-length': '100' });
    response.write('{', () => response.destroy());
  });
  assert.deepEqual(codeOf(await asked(cut.url)), 'portal_unreachable');
});

function codeOf(verdict: Verdict): string {
  return verdict.kind === 'accepted' ? 'accepted' : verdict.code;
}

test('a portal that hangs, resets, is not there or is no portal is told apart', async () => {
  await using hanging = await portal(() => {});
  assert.equal(codeOf(await asked(hanging.url, { timeoutMs: 100 })), 'portal_timeout');
  await using resetting = await portal((_, request) => request.socket.resetAndDestroy());
  assert.equal(codeOf(await asked(resetting.url)), 'portal_unreachable');
  const refused = await asked('http://127.0.0.1:1/');
  assert.equal(codeOf(refused), 'portal_unreachable');
  assert.match(JSON.stringify(refused), /no connection \(ECONNREFUSED\)/);
  await using rubbish = await listening(createTcpServer((socket) => socket.on('error', () => {}).end('SSH-2.0\r\n')));
  for (const scheme of ['http', 'https'])
    assert.equal(codeOf(await asked(`${scheme}://127.0.0.1:${rubbish.port}/`)), 'portal_unreachable', scheme);
});

test('a certificate that nobody vouches for is refused, and the portal gets nothing', async () => {
  let calls = 0;
  const server = createTlsServer(ownCertificate, (_, response) => {
    calls += 1;
    response.end();
  });
  await using own = await listening(server);
  const verdict = await asked(`https://127.0.0.1:${own.port}/`);
  assert.equal(codeOf(verdict), 'portal_unreachable');
  assert.match(JSON.stringify(verdict), /SELF_SIGNED_CERT/);
  assert.equal(calls, 0);
});

test('a name that is gone is told in words, and tried again', async () => {
  const gone: Resolver = (name, _, callback) =>
    callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }), []);
  assert.deepEqual(await asked('https://crm.example/', { resolve: gone }), {
    ...{ kind: 'failed', code: 'portal_unreachable', text: 'no connection (ENOTFOUND)' },
  });
});

test('a redirect is an answer and is not followed', async () => {
  await using target = await portal((response) => response.writeHead(307, { location: '/elsewhere' }).end());
  assert.equal(codeOf(await asked(target.url)), 'portal_redirected');
  assert.equal(target.calls(), 1);
});

test('private addresses are refused by number, by name and when a name turns private', async () => {
  await using target = await portal((response) => response.end());
  const turned: Resolver = (_name, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]);
  const numbers = ['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '2130706433', '0x7f.1', '0.0.0.0'];
  const ranges = ['10.1.2.3', '169.254.169.254', '100.64.0.1', '[fd00::1]', '[fe80::1]'];
  for (const host of [...numbers, ...ranges, '[64:ff9b::7f00:1]', '[2002:7f00:1::]', 'localhost', 'crm.example']) {
    const verdict = await asked(`http://${host}:${target.port}/`, { isPrivateAllowed: false, resolve: turned });
    assert.equal(codeOf(verdict), 'portal_address_refused', host);
  }
  assert.equal(target.calls(), 0);
});

test('a name with a public and a private address is only ever called at the public one', async () => {
  await using target = await portal((response) => response.end());
  const mixed: Resolver = (_name, _options, callback) =>
    callback(null, [
      { address: '192.0.2.1', family: 4 },
      { address: '127.0.0.1', family: 4 },
      { address: '240.0.0.1', family: 4 },
    ]);
  const verdict = await asked(`http://crm.example:${target.port}/`, { isPrivateAllowed: false, resolve: mixed });
  assert.equal(codeOf(verdict), 'portal_address_refused');
  assert.equal(target.calls(), 0);
});

test('a request that is given up ends at once, whatever the portal does', async () => {
  const entered = Promise.withResolvers<void>();
  await using hanging = await portal(() => entered.resolve());
  const giving = new AbortController();
  const answer = asked(hanging.url, { signal: giving.signal, timeoutMs: 60_000 });
  await entered.promise;
  giving.abort();
  assert.equal(codeOf(await answer), 'portal_timeout');
});
