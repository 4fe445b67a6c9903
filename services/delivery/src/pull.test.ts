import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PortalKey, PortalKeyState, PortalMode, ReplayRequest, ReplayState } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { acknowledging, numbers, type PullWorld, startPullWorld, tenant } from './testing/pull-world.ts';

let world: PullWorld;
before(async () => {
  world = await startPullWorld();
});
after(async () => {
  await world?.[Symbol.asyncDispose]();
});

test('a portal without an address pulls: signed batches in order, and what it acknowledges is delivered', async () => {
  const { id, pull, delivered } = await world.aPortal();
  await world.around.seal(id, 150);
  await using puller = pull({}, acknowledging);
  for (let round = 0; round < 10; round += 1) await world.around.seal(id, 7);
  await until(() => puller.items.length === 220);
  assert.deepEqual(puller.sequences, numbers(220));
  assert.ok(puller.areSigned);
  const backlog = await delivered(220);
  assert.equal(backlog.mode, PortalMode.PORTAL_MODE_PULL);
  assert.deepEqual([backlog.pauseReason, backlog.lastError], ['', '']);
});

test('no more than max_unacknowledged events come beyond the acknowledgement; a new subscription begins behind it', async () => {
  const { id, pull, delivered } = await world.aPortal();
  await world.around.seal(id, 100);
  await using puller = pull({ maxUnacknowledged: 30 });
  await until(() => puller.items.length === 30);
  await puller.acknowledge(12);
  await until(() => puller.items.length === 42);
  await puller.acknowledge(42);
  await until(() => puller.items.length === 72);
  await delivered(42);
  assert.deepEqual(puller.sequences, numbers(72));
  await puller[Symbol.asyncDispose]();
  await using again = pull({}, acknowledging);
  await until(() => again.items.length === 58);
  assert.deepEqual(again.sequences, numbers(100, 43));
  await delivered(100);
});

test('who keeps a cursor begins at it: before or after what it acknowledged', async () => {
  const { id, pull, delivered } = await world.aPortal();
  await world.around.seal(id, 100);
  await using first = pull({ maxUnacknowledged: 40 });
  await until(() => first.items.length === 40);
  await first.acknowledge(20);
  await first[Symbol.asyncDispose]();
  await using before = pull({ fromSequence: 11, maxUnacknowledged: 5 });
  await until(() => before.items.length === 15);
  assert.deepEqual(before.sequences, numbers(25, 11), 'five beyond what is acknowledged');
  await before[Symbol.asyncDispose]();
  await using behind = pull({ fromSequence: 41, maxUnacknowledged: 5 });
  await until(() => behind.items.length === 5);
  await delivered(20);
  await behind.acknowledge();
  await delivered(45);
  assert.deepEqual(behind.sequences.slice(0, 5), numbers(45, 41));
});

test('an acknowledgement is cumulative, never above the last sequence, and of no former epoch', async () => {
  const { id, pull } = await world.aPortal();
  await world.around.seal(id, 10);
  await using puller = pull();
  await until(() => puller.items.length === 10);
  assert.equal(await puller.acknowledge(8), 8);
  assert.equal(await puller.acknowledge(3), 8, 'what is said late changes nothing');
  await assert.rejects(puller.acknowledge(11), { code: 'invalid_argument', message: /sequence: is at most 10/ });
  const request = { portalId: id, consumer: 'crm', sequence: 9, epoch: puller.epoch + 1 };
  await assert.rejects(world.client.acknowledge(request, { tenant }), { code: 'aborted' });
  const without = world.client.acknowledge({ ...request, epoch: 0 }, { tenant });
  await assert.rejects(without, { code: 'invalid_argument', message: /epoch/ });
  const unknown = world.client.acknowledge({ ...request, consumer: 'nobody' }, { tenant });
  await assert.rejects(unknown, { code: 'not_found' });
});

test('events that expire while nobody pulls come as one notice in their place', async () => {
  const { id, pull, delivered, backlog } = await world.aPortal();
  await world.around.seal(id, 300, { at: new Date(Date.now() - 25 * 3_600_000) });
  await world.around.seal(id, 3);
  await until(async () => (await backlog()).expired === 300);
  await using puller = pull({}, acknowledging);
  await until(() => puller.items.length === 4);
  assert.deepEqual(puller.sequences, [300, 301, 302, 303]);
  assert.equal(puller.items[0]?.type, 'trunkline.events.expired.v1');
  assert.ok(puller.areSigned);
  await delivered(303);
  await puller[Symbol.asyncDispose]();
  await using again = pull();
  await until(() => again.epoch > 0);
  await world.around.seal(id, 1);
  await until(() => again.items.length > 0);
  assert.deepEqual(again.sequences, [304], 'the notice was acknowledged');
});

test('a stream tells nothing while the portal is paused, and goes on when it is resumed', async () => {
  const { id, pull, delivered } = await world.aPortal();
  await using puller = pull({}, acknowledging);
  await until(() => puller.epoch > 0);
  await world.deliveries.pause({ portalId: id, reason: 'the portal moves house' }, { tenant });
  await world.around.seal(id, 3);
  await until(async () => (await world.deliveries.getBacklog({ portalId: id }, { tenant })).waiting === 3);
  assert.equal(puller.items.length, 0);
  await world.deliveries.resume({ portalId: id }, { tenant });
  await delivered(3);
});

test('what was sealed under a key that is deleted comes under another one, or as a notice that it will not come', async () => {
  const { id, serve, pull, delivered, backlog } = await world.aPortal();
  await world.around.seal(id, 10);
  await using former = pull();
  await until(() => former.items.length === 10);
  await former[Symbol.asyncDispose]();
  const { PORTAL_KEY_STATE_DELETED: deleted, PORTAL_KEY_STATE_VALID: valid } = PortalKeyState;
  await serve('crm', '', [
    PortalKey.fromPartial({ kid: 'k', state: deleted }),
    PortalKey.fromPartial({ kid: 'k2', state: valid }),
  ]);
  await using follower = pull({ consumer: 'copy', fromSequence: 1 }, acknowledging);
  await using puller = pull({}, acknowledging);
  await delivered(10);
  for (const { items } of [puller, follower]) {
    assert.deepEqual(
      items.map(({ sequence }) => sequence),
      numbers(10),
    );
    const kinds = items.map(({ type, data }) => (type === 'trunkline.events.withheld.v1' ? 'withheld' : data));
    assert.deepEqual(
      kinds,
      numbers(10).map((sequence) => (sequence === 7 ? 'withheld' : 'anew')),
    );
  }
  assert.equal((await backlog()).withheld, 1);
});

test('an event that the primary consumer refuses is parked, and a notice comes in its place', async () => {
  const { id, pull, delivered, backlog } = await world.aPortal();
  await world.around.seal(id, 10);
  await using first = pull();
  await until(() => first.items.length === 10);
  const refused = first.items[3];
  const without = first.acknowledge(10, { refusedId: 'whatever' });
  await assert.rejects(without, { code: 'invalid_argument', message: /sequence/ });
  await first.acknowledge(3, { refusedId: refused?.id ?? '' });
  await until(() => first.ended !== undefined);
  assert.equal(first.ended?.code, 'aborted');
  const late = first.acknowledge(10);
  await assert.rejects(late, { code: 'aborted' }, 'of the former place nothing counts any more');
  await using second = pull({ fromSequence: 4 }, acknowledging);
  await delivered(10);
  assert.deepEqual(second.sequences, numbers(10, 4));
  assert.equal(second.items[0]?.type, 'trunkline.events.parked.v1');
  assert.deepEqual(second.items[0]?.data, {
    ...{ from: '4'.padStart(20, '0'), to: '4'.padStart(20, '0') },
    reason: 'refused by the portal',
  });
  assert.ok(second.areSigned);
  assert.equal((await backlog()).parked, 1);
  const { events } = await world.deliveries.listUndelivered({ portalId: id }, { tenant });
  assert.deepEqual(
    events.map((event) => [event.sequence, event.id, event.kind]),
    [[4, refused?.id, 'parked']],
  );
  await using follower = pull({ consumer: 'copy', fromSequence: 1 });
  await until(() => follower.items.length === 10);
  const byFollower = follower.acknowledge(1, { refusedId: follower.items[1]?.id ?? '' });
  await assert.rejects(byFollower, { code: 'failed_precondition' });
});

test('three that are refused in a row pause the portal: it is not the events that are wrong', async () => {
  const { id, pull, backlog } = await world.aPortal();
  await world.around.seal(id, 10);
  for (let refused = 1; refused <= 3; refused += 1) {
    await using puller = pull();
    const isEvent = ({ type }: { readonly type: string }) => !type.startsWith('trunkline.events.');
    const front = await until(() => puller.items.find(isEvent));
    assert.equal(front.sequence, refused);
    await puller.acknowledge(refused - 1, { refusedId: front.id });
    await until(() => puller.ended !== undefined);
  }
  const paused = await until(async () => {
    const now = await backlog();
    return now.mode === PortalMode.PORTAL_MODE_PAUSED && now;
  });
  assert.match(paused.pauseReason, /^portal_rejected: it refused three events/);
});

test('what a consumer has no key for comes again under another key, to that consumer alone', async () => {
  const { id, pull, delivered } = await world.aPortal();
  await world.around.seal(id, 6);
  await using first = pull();
  await until(() => first.items.length === 6);
  await first.acknowledge(2, { unknownKid: 'k' });
  await using second = pull({ fromSequence: 3 }, acknowledging);
  await delivered(6);
  assert.deepEqual(
    second.items.map(({ sequence, data }) => [sequence, data]),
    numbers(6, 3).map((sequence) => [sequence, 'anew']),
  );
  await using third = pull({ fromSequence: 1 });
  await until(() => third.items.length === 6);
  await third.acknowledge(2, { unknownKid: 'k2' });
  await until(() => third.ended !== undefined, 1_000).catch(() => {});
  await using fourth = pull({ fromSequence: 1 });
  await until(() => fourth.ended !== undefined);
  assert.equal(fourth.ended?.code, 'no_key', 'it knows neither');
  await using follower = pull({ consumer: 'copy', fromSequence: 1 });
  await until(() => follower.items.length === 6);
  assert.ok(follower.items.every(({ data }) => data !== 'anew'));
});

test('what somebody asked to have again comes once nothing else waits, a batch at a time, and the cursor stays', async () => {
  const { id, pull, delivered } = await world.aPortal();
  const { around, deliveries } = world;
  await around.seal(id, 150, { at: new Date(Date.now() - 25 * 3_600_000) });
  await around.seal(id, 3);
  await using puller = pull({}, acknowledging);
  await delivered(153);
  const selection = { $case: 'conversationId', value: 'c' } as const;
  const asked = ReplayRequest.fromPartial({ portalId: id, idempotencyKey: 'again', selection });
  const { number } = await deliveries.replay(asked, { tenant });
  const done = await until(async () => {
    const now = await deliveries.getReplay({ portalId: id, number }, { tenant });
    return now.state === ReplayState.REPLAY_STATE_DONE && now;
  });
  assert.equal(done.sent, 150);
  assert.deepEqual(puller.sequences, [150, 151, 152, 153, ...numbers(150)]);
  assert.ok(puller.areSigned);
  await around.seal(id, 1);
  await delivered(154);
});

test('of a replay too an event can be refused: it counts as that, and the rest comes', async () => {
  const { id, pull, delivered } = await world.aPortal();
  const { around, deliveries } = world;
  await around.seal(id, 5, { at: new Date(Date.now() - 25 * 3_600_000) });
  await around.seal(id, 1);
  let hasRefused = false;
  await using puller = pull({}, (own) => {
    if (own.replay === 0 || hasRefused) return own.acknowledge();
    hasRefused = true;
    return own.acknowledge(2, { refusedId: own.items.find(({ sequence }) => sequence === 3)?.id ?? '' });
  });
  await delivered(6);
  const selection = { $case: 'conversationId', value: 'c' } as const;
  const asked = ReplayRequest.fromPartial({ portalId: id, idempotencyKey: 'again', selection });
  const { number } = await deliveries.replay(asked, { tenant });
  const done = await until(async () => {
    const now = await deliveries.getReplay({ portalId: id, number }, { tenant });
    return now.state === ReplayState.REPLAY_STATE_DONE && now;
  });
  assert.deepEqual([done.sent, done.refused], [4, 1]);
  // History has it hop by hop, as of what is pushed.
  const told = await until(async () => {
    const attempts = (await around.attemptsOf(id)).filter(({ replay }) => replay === number);
    return attempts.length >= 3 && attempts;
  });
  assert.deepEqual(
    told.map(({ firstSequence, lastSequence, accepted, outcome }) => [firstSequence, lastSequence, accepted, outcome]),
    [
      [1, 2, 2, 'accepted'],
      [3, 3, 0, 'portal_rejected'],
      [4, 5, 2, 'accepted'],
    ],
  );
  assert.deepEqual(puller.sequences, [5, 6, ...numbers(5), 4, 5]);
});
