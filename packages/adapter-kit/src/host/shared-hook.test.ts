import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { HostedService, StartedService } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { type Surroundings, startSurroundings, token } from '../testing/surroundings.ts';

let around: Surroundings;
let hosted: HostedService<unknown>;
let service: StartedService<unknown>;
before(async () => {
  around = await startSurroundings();
  hosted = around.start();
  service = await hosted.ready;
});
after(async () => {
  await hosted?.stop();
  await around?.[Symbol.asyncDispose]();
});

async function call(key: string, body: object, proof = token) {
  const url = `${service.addresses.http}/hooks/sample/${key}`;
  return await fetch(url, { method: 'POST', headers: { 'x-sample-token': proof }, body: JSON.stringify(body) });
}

/** A page of an app, once the service has heard of it. */
async function page(app: string, accountId: string, more: Parameters<Surroundings['channel']>[0] = {}) {
  const settingsJson = JSON.stringify({ apiUrl: around.platform.url, app });
  const id = await around.channel({ ...more, accountId, settingsJson });
  await until(async () => (await call(id, { seq: 0, from: 'x', text: 'x', account: 'nobody' }, '')).status === 401);
  return id;
}

/** Texts that entered for a channel. */
async function texts(channelId: string) {
  const items = await around.entered(channelId);
  return items.flatMap(({ item }) => {
    const events = item?.$case === 'hookCall' ? item.value.events : [];
    return events.flatMap(({ event }) =>
      event?.$case === 'message' && event.value.content?.kind?.$case === 'text'
        ? event.value.content.kind.value.plain
        : [],
    );
  });
}

/** Bodies and reasons of the calls that a channel keeps. */
async function calls(channelId: string) {
  const items = await around.entered(channelId);
  return items.flatMap(({ item }) => {
    if (item?.$case !== 'hookCall') return [];
    const { raw, parseError } = item.value;
    return [[raw.length === 0 ? undefined : JSON.parse(raw.toString()), parseError]];
  });
}

test('a call at a shared address goes to the channel of the account that it tells of, and to no other', async () => {
  const [first, second] = [await page('1', 'page-1'), await page('1', 'page-2')];
  const elsewhere = await page('2', 'page-2b');
  assert.equal((await call('app-1', { seq: 1, from: 'anna', text: 'hello', account: 'page-2' })).status, 200);
  assert.deepEqual([await texts(first), await texts(second), await texts(elsewhere)], [[], ['hello'], []]);
});

test('a call that tells of nobody connected here is answered and kept nowhere', async () => {
  const id = await page('3', 'page-3');
  assert.equal((await call('app-3', { seq: 1, from: 'anna', text: 'hello', account: 'page-99' })).status, 200);
  assert.deepEqual(await around.entered(id), []);
});

test('who shares an address proves each call alone: a stranger with a secret of their own reaches nobody else', async () => {
  const [own, strange] = [await page('4', 'page-4'), await page('4', 'page-5', { sealedSecrets: '' })];
  assert.equal((await call('app-4', { seq: 1, from: 'eve', text: 'forged', account: 'page-4' }, 'other')).status, 401);
  assert.equal((await call('app-4', { seq: 2, from: 'anna', text: 'to both' })).status, 200);
  assert.deepEqual([await texts(own), await texts(strange)], [['to both'], []]);
});

test('what cannot be read is kept by everybody who shares the address, with the reason, and by no stranger', async () => {
  const strange = await page('5', 'page-5', { sealedSecrets: '' });
  const [first, second] = [await page('5', 'page-6'), await page('5', 'page-7')];
  assert.equal((await call('app-5', { poll: true })).status, 200);
  for (const id of [first, second]) {
    const [kept] = await around.entered(id);
    assert.ok(kept?.item?.$case === 'hookCall');
    assert.equal(kept.item.value.parseError, 'unknown_kind: an update of an unknown kind');
  }
  assert.deepEqual(await around.entered(strange), []);
});

test('each keeps its own share of a call alone, understood or not', async () => {
  const [first, second] = [await page('7', 'page-1'), await page('7', 'page-2')];
  const mine = { seq: 1, from: 'anna', text: 'mine', account: 'page-1' };
  const yours = { seq: 2, from: 'bob', text: 'yours', account: 'page-2' };
  assert.equal((await call('app-7', [mine, yours, { poll: true, account: 'page-2' }])).status, 200);
  assert.deepEqual(await calls(first), [[[mine], '']]);
  assert.deepEqual(await calls(second), [
    [undefined, ''],
    [[yours, { poll: true, account: 'page-2' }], 'unknown_kind: an update of an unknown kind'],
  ]);
  assert.deepEqual([await texts(first), await texts(second)], [['mine'], ['yours']]);
});

test('a tenant that comes too fast costs those who share its address nothing: their call is not refused', async () => {
  await using slow = around.start({ TENANT_PER_SECOND: '0.01', TENANT_BURST: '1' });
  const { addresses } = await slow.ready;
  await page('8', 'page-1');
  const ask = async (key: string, seq: number) => {
    const body = JSON.stringify({ seq, from: 'anna', text: `${seq}` });
    const headers = { 'x-sample-token': token };
    return (await fetch(`${addresses.http}/hooks/sample/${key}`, { method: 'POST', headers, body })).status;
  };
  await until(async () => (await ask('app-8', 1)) === 200);
  assert.equal(await ask('app-8', 2), 200);
});

test('an address that nobody has any more is nobody’s', async () => {
  const id = await page('6', 'page-7');
  await around.channel({
    id,
    accountId: 'page-7',
    isActive: false,
    settingsJson: JSON.stringify({ apiUrl: around.platform.url, app: '6' }),
  });
  await until(async () => (await call('app-6', { seq: 1, from: 'a', text: 'b' })).status === 404);
  assert.equal((await call('app-none', { seq: 1, from: 'a', text: 'b' })).status, 404);
});

test('what is about a channel that cannot be opened is to come again: at the shared address and at its own', async () => {
  const open = await page('9', 'page-1');
  const settingsJson = JSON.stringify({ apiUrl: around.platform.url, app: '9' });
  const closed = await around.channel({ accountId: 'page-2', settingsJson, sealedSecrets: 'of another key' });
  const [mine, lost] = ['page-1', 'page-2'].map((account, seq) => ({ seq, from: 'anna', text: account, account }));
  await until(async () => (await call('app-9', [lost])).status === 503);
  assert.equal((await call(closed, [lost])).status, 503);
  assert.equal((await call('app-9', [mine, lost])).status, 503);
  assert.deepEqual([await texts(open), await texts(closed)], [['page-1'], []], 'the others have theirs all the same');
  assert.equal((await call('app-9', [mine])).status, 200);
  assert.equal((await call('app-9', [lost], 'forged')).status, 401);
});
