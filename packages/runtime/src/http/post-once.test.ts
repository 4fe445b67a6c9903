import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { test } from 'node:test';
import type { Resolver } from './address-guard.ts';
import { createPortalHttp, type Post } from './post-once.ts';

async function portal(listener: RequestListener) {
  let connections = 0;
  const server = createServer(listener).on('connection', () => (connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/events?a=1`,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const open = (more: { allowPrivate?: boolean; resolve?: Resolver; connectTimeoutMs?: number } = {}) =>
  createPortalHttp({ allowPrivate: true, connectTimeoutMs: 1_000, ...more });

const post = (url: string, more: Partial<Post> = {}): Post => ({
  url,
  headers: { 'content-type': 'application/json', 'webhook-id': 'p-1' },
  body: Buffer.from('[]'),
  timeoutMs: 5_000,
  maxBytes: 1_000,
  signal: new AbortController().signal,
  ...more,
});

test('a batch arrives as it is, on a connection that is used again, and the answer comes back', async () => {
  const seen: unknown[] = [];
  await using target = await portal((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      seen.push([request.method, request.url, request.headers['webhook-id'], request.headers['content-length'], body]);
      response.writeHead(202, { 'retry-after': '7' }).end('{"accepted":1}');
    });
  });
  await using http = open();
  for (let n = 0; n < 3; n += 1) {
    const answer = await http.post(post(target.url));
    assert.deepEqual([answer.status, answer.headers['retry-after'], String(answer.body)], [202, '7', '{"accepted":1}']);
    assert.equal(answer.isCut, false);
  }
  assert.deepEqual(seen[2], ['POST', '/events?a=1', 'p-1', '2', '[]']);
  assert.equal(target.connections(), 1);
});

test('a redirect is an answer and is not followed', async () => {
  let calls = 0;
  await using target = await portal((_, response) => {
    calls += 1;
    response.writeHead(307, { location: 'http://169.254.169.254/' }).end();
  });
  await using http = open();
  assert.equal((await http.post(post(target.url))).status, 307);
  assert.equal(calls, 1);
});

test('an endless answer is cut at its cap with its status known', async () => {
  const closed = Promise.withResolvers<void>();
  await using target = await portal((_, response) => {
    const more = () => {
      while (response.write(Buffer.alloc(10_000)));
      response.once('drain', more);
    };
    response.once('close', closed.resolve);
    more();
  });
  await using http = open();
  const answer = await http.post(post(target.url));
  assert.deepEqual([answer.status, answer.isCut, answer.body.length], [200, true, 1_000]);
  await closed.promise;
});

test('a portal that hangs, drips or resets is told apart from one that cannot be reached', async () => {
  await using hanging = await portal(() => {});
  await using dripping = await portal((_, response) => {
    const timer = setInterval(() => response.write('x'), 10);
    response.once('close', () => clearInterval(timer));
  });
  await using resetting = await portal((request) => request.socket.resetAndDestroy());
  await using cutting = await portal((_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('x', () => response.destroy());
  });
  await using http = open();
  await assert.rejects(http.post(post(hanging.url, { timeoutMs: 50 })), { code: 'portal_timeout', certain: false });
  await assert.rejects(http.post(post(dripping.url, { timeoutMs: 100 })), { code: 'portal_timeout', certain: false });
  await assert.rejects(http.post(post(resetting.url)), { code: 'portal_unreachable', certain: false });
  await assert.rejects(http.post(post(cutting.url)), { code: 'portal_unreachable', certain: false });
  await assert.rejects(http.post(post('http://127.0.0.1:1/')), {
    code: 'portal_unreachable',
    certain: true,
    message: /ECONNREFUSED/,
  });
  await assert.rejects(http.post(post('http://absent.invalid/')), { code: 'portal_unreachable', certain: true });
});

test('a body that does not matter neither delays nor spoils the answer', async () => {
  await using hanging = await portal((_, response) => void response.writeHead(204).flushHeaders());
  await using cutting = await portal((_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('x', () => response.destroy());
  });
  await using http = open();
  const wantsBody = (status: number) => status === 201;
  assert.equal((await http.post(post(cutting.url, { wantsBody }))).status, 200);
  assert.equal((await http.post(post(hanging.url, { wantsBody }))).status, 204);
  await using dripping = await portal((_, response) => {
    const timer = setInterval(() => response.write('x'), 10);
    response.once('close', () => clearInterval(timer));
  });
  const { status, isCut } = await http.post(post(dripping.url, { wantsBody, timeoutMs: 200 }));
  assert.deepEqual([status, isCut], [200, true]);
});

test('what speaks no HTTP is not certain, and a broken certificate certain', async () => {
  const rubbish = createTcpServer((socket) => socket.on('error', () => {}).end('SSH-2.0-OpenSSH\r\n')).listen(
    0,
    '127.0.0.1',
  );
  await once(rubbish, 'listening');
  const { port } = rubbish.address() as AddressInfo;
  await using http = open();
  await assert.rejects(http.post(post(`http://127.0.0.1:${port}/`)), { code: 'portal_unreachable', certain: false });
  await assert.rejects(http.post(post(`https://127.0.0.1:${port}/`)), { code: 'portal_unreachable', certain: true });
  rubbish.close();
});

test('private addresses are refused by number, by name and when a name turns private', async () => {
  let calls = 0;
  await using target = await portal((_, response) => {
    calls += 1;
    response.end();
  });
  // Public when somebody checks it first, ours when it is connected to.
  const answers = ['93.184.216.34', '127.0.0.1'];
  const turning: Resolver = (_name, _options, callback) =>
    callback(null, [{ address: answers.shift() ?? '127.0.0.1', family: 4 }]);
  turning('crm.example', {}, () => {});
  await using http = open({ allowPrivate: false, resolve: turning });
  const hosts = [
    '127.0.0.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '2130706433',
    '0x7f.1',
    '0.0.0.0',
    'crm.example',
    'localhost',
  ];
  for (const host of [
    ...hosts,
    '10.1.2.3',
    '169.254.169.254',
    '100.64.0.1',
    '[fd00::1]',
    '[fe80::1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
  ]) {
    await assert.rejects(
      http.post(post(`http://${host}:${target.port}/`)),
      { code: 'portal_address_refused', certain: true },
      host,
    );
  }
  assert.equal(calls, 0);
});

test('a name with a public and a private address is only ever called at the public one', async () => {
  let asked = 0;
  const mixed: Resolver = (_name, _options, callback) => {
    asked += 1;
    callback(null, [
      { address: '192.0.2.1', family: 4 },
      { address: '10.0.0.1', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ]);
  };
  await using http = open({ allowPrivate: false, resolve: mixed });
  await assert.rejects(http.post(post('http://crm.example/')), { code: 'portal_address_refused' });
  assert.equal(asked, 1);
});

test('an address that is no HTTP address, or has a user in it, is refused', async () => {
  await using http = open();
  for (const url of ['ftp://a/', 'file:///etc/passwd', 'http://me:pw@127.0.0.1/', 'rubbish', '']) {
    await assert.rejects(http.post(post(url)), { code: 'portal_address_refused' }, url);
  }
});

test('a signal ends a request at once, before and after it was sent', async () => {
  const entered = Promise.withResolvers<void>();
  await using target = await portal(() => entered.resolve());
  await using http = open();
  const controller = new AbortController();
  const request = http.post(post(target.url, { signal: controller.signal }));
  await entered.promise;
  controller.abort();
  await assert.rejects(request, { code: 'aborted', certain: false });
  await assert.rejects(http.post(post(target.url, { signal: AbortSignal.abort() })), {
    code: 'aborted',
    certain: true,
  });
});
