import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { until } from '@trunkline/testkit';
import { PortalMode } from '../../contracts/src/index.ts';
import type { KeyReceiver } from './key-receiver.ts';
import { type KeyWorld, startKeyWorld } from './key-world.ts';

// The life of licence keys from the public API to a receiver that verifies everything: directory, sealer and delivery on real
// servers.

let world: KeyWorld;
before(async () => {
  world = await startKeyWorld();
});
after(async () => {
  await world?.[Symbol.asyncDispose]();
});

/** A portal that is down while events wait for it under its first key. */
async function waiting(...texts: readonly string[]) {
  const portal = await world.aPortal();
  const { receiver, portalId } = portal;
  receiver.isDown = true;
  const events = await world.write(portalId, ...texts);
  await until(() => receiver.requests.length > 0);
  return { ...portal, events };
}

const rotate = (portalId: string) =>
  world.directory.rotatePortalKey({ portalId, idempotencyKey: randomUUID() }, world.scope);
const revoke = (portalId: string, kid: string, evenLast = false) =>
  world.directory.revokePortalKey({ portalId, kid, evenLast }, world.scope);
const backlog = (portalId: string) => world.delivery.getBacklog({ portalId }, world.scope);

/** The portal is up again and has everything. */
async function untilDone(portalId: string, receiver: KeyReceiver, head: number) {
  receiver.isDown = false;
  await world.delivery.resume({ portalId }, world.scope);
  return await until(async () => {
    const now = await backlog(portalId);
    assert.equal(now.headSequence, now.deliveredSequence + now.waiting);
    return now.headSequence === head && now.waiting === 0 && now;
  }, 30_000);
}

const texts = ({ told }: KeyReceiver) => told.map((each) => ('text' in each ? each.text : each.kind));

test('a receiver that has only the new key gets all that waited under the old one: same ids and sequences, the chain unbroken', async () => {
  const { portalId, receiver, events, kid } = await waiting('1', '2', '3');
  const second = await rotate(portalId);
  receiver.licenceKeys = [second.licenceKey];
  const more = await world.write(portalId, '4');
  assert.deepEqual([events[0]?.kid, more[0]?.kid], [kid, second.kid]);
  await untilDone(portalId, receiver, 4);
  assert.deepEqual(texts(receiver), ['1', '2', '3', '4']);
  assert.deepEqual(
    receiver.told.map((each) => 'id' in each && each.id),
    [...events, ...more].map(({ id }) => id),
  );
  assert.deepEqual(
    receiver.told.map(({ sequence }) => sequence),
    [1, 2, 3, 4],
  );
  // It verified every chain itself: a changed one would be a gap.
  assert.deepEqual([...new Set(receiver.problems)], ['unknown_key']);
  assert.equal(receiver.requests.at(-1)?.signatures, 2);
  await revoke(portalId, kid);
  // Delivery hears of it a moment later.
  await until(async () => {
    const { length } = await world.write(portalId, 'more');
    return length === 1 && receiver.requests.at(-1)?.signatures === 1;
  });
});

test('a receiver that has no new key yet gets everything under the old one', async () => {
  const { portalId, receiver, kid } = await waiting('1');
  const second = await rotate(portalId);
  await world.write(portalId, '2', '3');
  await untilDone(portalId, receiver, 3);
  assert.deepEqual(texts(receiver), ['1', '2', '3']);
  assert.ok(receiver.requests.flatMap(({ kids }) => kids).includes(second.kid));
  assert.deepEqual(receiver.requests.at(-1)?.kids, [kid, kid].slice(0, receiver.requests.at(-1)?.kids.length));
});

test('when all keys are revoked the portal is paused with the reason and sealing goes on; a new key lets it go on by itself', async () => {
  const { portalId, receiver, kid } = await waiting('1');
  await assert.rejects(revoke(portalId, kid), { code: 'failed_precondition', publicMessage: /last valid licence key/ });
  await revoke(portalId, kid, true);
  const paused = await until(async () => {
    const now = await backlog(portalId);
    return now.mode === PortalMode.PORTAL_MODE_PAUSED && now;
  });
  assert.equal(paused.pauseReason, 'all licence keys are revoked');
  receiver.isDown = false;
  await world.write(portalId, '2');
  assert.equal((await backlog(portalId)).waiting, 2);
  const sent = receiver.requests.length;
  const second = await rotate(portalId);
  receiver.licenceKeys = [second.licenceKey];
  await until(() => receiver.told.length === 2, 20_000);
  assert.deepEqual(texts(receiver), ['1', '2']);
  assert.deepEqual([...new Set(receiver.problems)], ['unknown_key']);
  assert.ok(receiver.requests.length > sent);
});

test('what waits under a deleted key comes under the new one, made anew of history', async () => {
  const { portalId, receiver, kid } = await waiting('1', '2');
  const second = await rotate(portalId);
  await assert.rejects(world.directory.deletePortalKey({ portalId, kid }, world.scope), {
    ...{ code: 'failed_precondition', publicMessage: /is valid/ },
  });
  await revoke(portalId, kid);
  await world.directory.deletePortalKey({ portalId, kid }, world.scope);
  receiver.licenceKeys = [second.licenceKey];
  await untilDone(portalId, receiver, 2);
  assert.deepEqual(texts(receiver), ['1', '2']);
  // Delivery hears of the deletion a moment later: it may have asked before.
  assert.ok(receiver.problems.every((problem) => problem === 'unknown_key'));
  assert.ok(!receiver.requests.at(-1)?.kids.includes(kid));
});

test('what history no longer gives is withheld and told in its place, and what is newer comes after it', async () => {
  const { portalId, receiver, kid } = await waiting('1', '2');
  const second = await rotate(portalId);
  await world.forgetFacts();
  await revoke(portalId, kid);
  await world.directory.deletePortalKey({ portalId, kid }, world.scope);
  receiver.licenceKeys = [second.licenceKey];
  await world.write(portalId, '3');
  const done = await untilDone(portalId, receiver, 3);
  assert.equal(done.withheld, 2);
  const [notice, event] = receiver.told;
  assert.deepEqual(notice, {
    ...{ kind: 'withheld', sequence: 2, from: 1 },
    reason: 'its key was deleted, and its history is kept no longer',
  });
  assert.deepEqual([event?.sequence, texts(receiver)[1]], [3, '3']);
});

test('a receiver that has only a key of another portal refuses every signature, and gets everything once it has its own', async () => {
  const { portalId, receiver, licenceKey } = await waiting('1');
  const stranger = await world.aPortal();
  receiver.licenceKeys = [stranger.licenceKey];
  receiver.isDown = false;
  await world.delivery.resume({ portalId }, world.scope);
  await until(() => receiver.problems.includes('bad_signature'));
  assert.deepEqual(receiver.told, []);
  receiver.licenceKeys = [licenceKey];
  await untilDone(portalId, receiver, 1);
  assert.deepEqual([...new Set(receiver.problems)], ['bad_signature']);
});

test('every use of a key is told: made, shown, sealed, given to sign, opened, sealed anew, revoked, deleted', async () => {
  const { portalId, receiver, kid } = await waiting('1', '2');
  const second = await rotate(portalId);
  receiver.licenceKeys = [second.licenceKey];
  await untilDone(portalId, receiver, 2);
  await revoke(portalId, kid);
  await world.directory.deletePortalKey({ portalId, kid }, world.scope);
  const told = await until(async () => {
    const uses = await world.keyUses(portalId);
    return uses.some(({ use }) => use === 'deleted') && uses;
  });
  const of = (use: string, whose: string) =>
    told.filter((each) => each.use === use && each.kid === whose).reduce((sum, { count }) => sum + count, 0);
  for (const whose of [kid, second.kid]) assert.deepEqual([of('made', whose), of('shown', whose)], [1, 1]);
  assert.ok(of('signing_keys_given', kid) > 0 && of('signing_keys_given', second.kid) > 0);
  assert.equal(of('opened', kid), of('resealed', second.kid));
  assert.ok(of('resealed', second.kid) >= 2);
  assert.deepEqual([of('revoked', kid), of('deleted', kid), of('revoked', second.kid)], [1, 1, 0]);
});

test('what is sent again because somebody asked comes under a valid key, however old its own; what is gone is passed over', async () => {
  const portal = await world.aPortal();
  const { portalId, receiver, kid } = portal;
  receiver.refuses = 'refused';
  await world.write(portalId, 'refused');
  await until(() => receiver.told.length === 1);
  assert.equal(receiver.told[0]?.kind, 'parked');
  receiver.refuses = 'nothing';
  const second = await rotate(portalId);
  receiver.licenceKeys = [second.licenceKey];
  // The portal has no first key any more, and says so.
  const replay = (idempotencyKey: string) =>
    world.delivery.replay(
      { portalId, idempotencyKey, selection: { $case: 'events', value: { ids: [eventId] } } },
      world.scope,
    );
  const [eventId = ''] = (await world.sealed(portalId)).map(({ id }) => id);
  await replay('valid');
  await until(() => receiver.told.length === 2, 20_000);
  assert.deepEqual(texts(receiver), ['parked', 'again: refused']);
  await revoke(portalId, kid);
  await world.directory.deletePortalKey({ portalId, kid }, world.scope);
  await replay('deleted');
  await until(() => receiver.told.length === 3, 20_000);
  assert.equal(texts(receiver)[2], 'again: refused');
  await world.forgetFacts();
  const asked = await replay('gone');
  const { number } = asked;
  const over = await until(async () => {
    const found = await world.delivery.getReplay({ portalId, number }, world.scope);
    return found.refused === 1 && found;
  }, 20_000);
  assert.equal(over.sent, 0);
  assert.match(over.lastErrorText, /its key was deleted, and its history is kept no longer/);
  assert.equal(receiver.told.length, 3);
});
