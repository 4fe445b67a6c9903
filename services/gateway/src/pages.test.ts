import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { PortalStatus } from '@trunkline/contracts';
import { notFound } from '@trunkline/runtime';
import { type Surroundings, startSurroundings } from './testing/surroundings.ts';

let around: Surroundings;
before(async () => {
  around = await startSurroundings();
});
after(async () => {
  await around?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  around.answers.clear();
  around.arrived.length = 0;
});

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${around.url}${path}`, { headers });

test('the operations page is files of ours alone, is kept by nobody, is framed by nobody, and asks nothing by itself', async () => {
  const page = await get('/operations');
  const policy = page.headers.get('content-security-policy') ?? '';
  assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self';.*frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe/);
  assert.deepEqual([page.status, page.headers.get('cache-control')], [200, 'no-store']);
  const text = await page.text();
  const references = [...text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path = '']) => path);
  assert.ok(references.length >= 3);
  for (const path of references) assert.equal((await get(path)).status, 200, path);
  assert.doesNotMatch(text, /<script(?![^>]*src)|style=|onclick/);
  assert.deepEqual(around.arrived, []);
});

test('no other file of the gateway can be read', async () => {
  for (const path of ['..%2fservice.ts', '%2e%2e%2fconfig.ts', 'nothing.js', '.', 'constructor', '__proto__'])
    assert.equal((await get(`/operations/${path}`)).status, 404, path);
});

test('the status of a portal that is not public is not there for whoever has no key, and is there for its tenant', async () => {
  around.answers.set('DeliveryService/GetPortalStatus', ({ onlyPublic }: { onlyPublic: boolean }) => {
    if (onlyPublic) throw notFound('There is no such portal.');
    return PortalStatus.fromPartial({ portalId: 'hidden', state: 1 });
  });
  for (const path of ['/status/hidden', '/status/hidden/now']) assert.equal((await get(path)).status, 404, path);
  assert.equal((await get('/status/hidden/now', { authorization: 'Bearer tk_wrong' })).status, 401);
  const authorization = `Bearer ${await around.key('t1')}`;
  const seen = await get('/status/hidden/now', { authorization });
  assert.deepEqual([seen.status, ((await seen.json()) as { state: string }).state], [200, 'PORTAL_STATE_WELL']);
  assert.equal(around.arrived.at(-1)?.tenantScope, 't1');
});

test('however many look at a public status, delivery is asked once in two seconds', async () => {
  around.answers.set('DeliveryService/GetPortalStatus', () => PortalStatus.fromPartial({ isPublic: true, state: 1 }));
  const answers = await Promise.all(Array.from({ length: 50 }, () => get('/status/shown/now')));
  assert.ok(answers.every(({ status }) => status === 200));
  assert.equal(around.arrived.length, 1);
});
