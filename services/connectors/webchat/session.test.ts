import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import type { ChannelAccess } from '@trunkline/adapter-kit';
import { createMemoryTools } from '@trunkline/testkit';
import { logOf } from './entries.ts';
import { openSession } from './session.ts';
import { type Settings, settings } from './settings.ts';
import { sessionRequest, type Visitor } from './visitor.ts';

const secrets: Readonly<Record<string, string>> = { session_key: 'session', identity_key: 'site' };
const channel: ChannelAccess<Settings> = {
  ...{ id: 'c-1', tenantId: 't-1', connector: 'webchat', accountId: 'c-1', name: 'Site' },
  settings: settings.parse({}),
  secret: (name) => secrets[name] ?? '',
  optionalSecret: (name) => secrets[name],
};
const minuteMs = 60_000;

/** Sessions of one channel, with a clock that the test moves. */
function desk() {
  const clock = { nowMs: 1_000_000 };
  const { state } = createMemoryTools({ now: () => clock.nowMs });
  return {
    clock,
    state,
    open: async (asked: object = {}) =>
      await openSession(sessionRequest.parse({ channel: 'c-1', ...asked }), channel, { state, nowMs: clock.nowMs }),
    visitor: async (id: string) => (await state.get<Visitor>(`visitor/${id}`))?.value,
  };
}

function user(userId: string) {
  const hmac = createHmac('sha256', 'site').update(userId).digest('hex');
  return { identity: { userId, name: `User ${userId}`, hmac } };
}

test('a visitor is known again by the newest token, and by the one before it should its answer have been lost', async () => {
  const { open, clock } = desk();
  const first = await open();
  const lost = await open({ resume: first.resume });
  clock.nowMs += 60 * minuteMs;
  const again = await open({ resume: first.resume });
  assert.equal(again.visitorId, first.visitorId);
  assert.equal((await open({ resume: lost.resume })).visitorId, first.visitorId);
});

test('once the newest token is used the one before it lives a minute, however often that is said', async () => {
  const { open, clock } = desk();
  const first = await open();
  const second = await open({ resume: first.resume });
  await open({ resume: second.resume });
  clock.nowMs += 30_000;
  await open({ resume: second.resume });
  assert.equal((await open({ resume: first.resume })).visitorId, first.visitorId, 'a second tab');
  clock.nowMs += 31_000;
  assert.notEqual((await open({ resume: first.resume })).visitorId, first.visitorId);
});

test('a token is kept as its hash, and forgotten after the days that the channel sets', async () => {
  const { open, clock } = desk();
  const first = await open();
  clock.nowMs += 91 * 24 * 60 * minuteMs;
  assert.notEqual((await open({ resume: first.resume })).visitorId, first.visitorId);
  assert.notEqual((await open({ resume: 'rt_guessed' })).visitorId, first.visitorId);
});

test('until the first message the visit goes on: ids that came later are kept, and so are those found before', async () => {
  const { open, state, visitor } = desk();
  const page = { url: 'https://shop.example/', title: 'Shop', referrer: 'https://ya.example/' };
  const first = await open({ page, utm: { utm_source: 'ya' }, roistatVisitId: '77' });
  const later = { page: { ...page, url: 'https://shop.example/teapot' }, yandexClientId: '1699' };
  const second = await open({ resume: first.resume, ...later });
  const found = { ...later, utm: { utm_source: 'ya' }, roistatVisitId: '77', calltouchSessionId: '' };
  assert.deepEqual((await visitor(first.visitorId))?.found, found);
  await state.append(logOf(first.visitorId), 'in:cid-00001', {});
  await open({ resume: second.resume, page: { ...page, url: 'https://shop.example/cart' } });
  assert.deepEqual((await visitor(first.visitorId))?.found, found, 'the start was told: it does not change');
});

test('who the site proves is known by it; somebody else at the same screen is a new visitor', async () => {
  const { open, visitor } = desk();
  const anna = await open(user('u-1'));
  assert.deepEqual((await visitor(anna.visitorId))?.user, { id: 'u-1', name: 'User u-1' });
  const still = await open({ resume: anna.resume, ...user('u-1') });
  assert.equal(still.visitorId, anna.visitorId);
  const boris = await open({ resume: still.resume, ...user('u-2') });
  assert.notEqual(boris.visitorId, anna.visitorId);
  const guest = await open();
  assert.equal(
    (await open({ resume: guest.resume, ...user('u-1') })).visitorId,
    guest.visitorId,
    'a guest who logs in',
  );
});

test('a user whom the site did not sign for is refused', async () => {
  const { open } = desk();
  const forged = { identity: { ...user('u-1').identity, userId: 'u-2' } };
  await assert.rejects(open(forged), { code: 'permission_denied', message: /identity/ });
});
