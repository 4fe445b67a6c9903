import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createOuterHttp, type OuterHttp } from '@trunkline/runtime';
import { type DoubleRequest, type HttpDouble, type Reaction, startHttpDouble } from '@trunkline/testkit';
import type { ConnectorError } from '../connector-error.ts';
import { createGuardedFetch } from './guarded-fetch.ts';

const gigabyte = 1024 * 1024 * 1024;

const reactions: Readonly<Record<string, Reaction>> = {
  '/ok': { status: 200, body: 'hello' },
  '/redirect': { status: 302, headers: { location: '/ok' } },
  '/endless': 'endless',
  '/cut': 'cut',
  '/gigabyte': { status: 200, body: 'x'.repeat(1_000), claimedBytes: gigabyte },
};

let platform: HttpDouble;
let http: OuterHttp;
const asked: string[] = [];
before(async () => {
  platform = await startHttpDouble(({ url }: DoubleRequest) => {
    asked.push(url.pathname);
    return reactions[url.pathname] ?? { status: 404 };
  });
  http = createOuterHttp({ allowPrivate: true, connectTimeoutMs: 5_000 });
});
after(async () => {
  await http?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
});

const fetchOf = (hosts?: readonly string[], over: OuterHttp = http) =>
  createGuardedFetch({ http: over, hosts, signal: new AbortController().signal });
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: ConnectorError) => error.code,
  );

test('only the hosts of the messenger are called, whatever an address looks like', async () => {
  const hosts = ['api.example.com', '.cdn.example.com', 'own.example:8443'];
  const fetch = fetchOf(hosts);
  for (const address of [
    'https://elsewhere.example/file',
    'https://api.example.com.elsewhere.example/',
    'https://api.example.com@elsewhere.example/',
    'https://elsewhere.example/?https://api.example.com/',
    'https://notcdn.example.com/',
    'https://own.example/',
    'http://127.0.0.1/',
    'http://[::ffff:10.0.0.1]/',
    'http://2130706433/',
    'file:///etc/passwd',
    'data:text/plain,hello',
    'no address',
  ]) {
    assert.equal(await codeOf(fetch(address)), 'permission', address);
  }
});

test('a host that is named may be called; a private address only where private platforms are allowed', async () => {
  const fetch = fetchOf([new URL(platform.url).host]);
  assert.equal(await (await fetch(`${platform.url}/ok`)).text(), 'hello');
  await using strict = createOuterHttp({ allowPrivate: false, connectTimeoutMs: 5_000 });
  const before = asked.length;
  assert.equal(await codeOf(fetchOf(undefined, strict)(`${platform.url}/ok`)), 'permission');
  assert.equal(asked.length, before);
});

test('a redirect is an answer and is not followed', async () => {
  const before = asked.length;
  assert.equal((await fetchOf()(`${platform.url}/redirect`)).status, 302);
  assert.deepEqual(asked.slice(before), ['/redirect']);
});

test('an answer is read up to its cap, and one that lies about its length does not end well', async () => {
  const fetch = fetchOf();
  const read = async (path: string, maxBytes: number) => {
    const { stream } = await fetch(`${platform.url}${path}`, { maxBytes });
    let sizeBytes = 0;
    for await (const bytes of stream) sizeBytes += bytes.length;
    return sizeBytes;
  };
  assert.equal(await codeOf(read('/endless', 1024 * 1024)), 'too_large');
  assert.equal(await codeOf(read('/gigabyte', 2 * gigabyte)), 'transient');
});

test('what was only read may be read again; what may have arrived is in doubt; what cannot have is not', async () => {
  const fetch = fetchOf();
  assert.equal(await codeOf(fetch(`${platform.url}/cut`)), 'transient');
  assert.equal(await codeOf(fetch(`${platform.url}/cut`, { body: 'hello' })), 'unknown_outcome');
  const gone = await startHttpDouble(() => ({ status: 200 }));
  await gone[Symbol.asyncDispose]();
  assert.equal(await codeOf(fetch(gone.url, { body: 'hello' })), 'transient');
});
