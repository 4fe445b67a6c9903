import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { until } from '@trunkline/testkit';
import { PortalMode } from '../../contracts/src/index.ts';
import { type KeyWorld, startKeyWorld } from './key-world.ts';
import { watchMemory } from './memory.ts';
import { startWeakReceiver } from './weak-receiver.ts';

const hourMs = 3_600_000;
/** Events that wait through the long outage; 100,000 is what the design promises. */
const longOutageEvents = Number(process.env.STORY_EVENTS ?? 5_000);
/** Draining takes no more than that, however many events wait. */
const flatMib = 150;

const clock = { aheadMs: 0 };
const now = () => Date.now() + clock.aheadMs;
let world: KeyWorld;
before(async () => {
  world = await startKeyWorld(now);
});
after(async () => await world?.[Symbol.asyncDispose]());

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const texts = (from: number, to: number) => range(from, to).map((number) => `message ${number}`);

async function timed(work: () => Promise<void>): Promise<string> {
  const startedAt = performance.now();
  await work();
  return ((performance.now() - startedAt) / 1_000).toFixed(1);
}

test('a portal is down for an hour: everything that was written arrives, in order, once, and nothing is given up', async () => {
  const { portalId, receiver } = await world.aPortal();
  receiver.isDown = true;
  await world.write(portalId, ...texts(1, 80));
  await until(() => receiver.requests.length > 0);
  clock.aheadMs = hourMs;
  await world.write(portalId, ...texts(81, 120));
  const waiting = await until(async () => {
    const backlog = await world.delivery.getBacklog({ portalId }, world.scope);
    return backlog.mode === PortalMode.PORTAL_MODE_DRAIN && backlog;
  });
  assert.equal(waiting.waiting, 120);
  assert.match(waiting.lastErrorText, /503/);
  assert.ok(waiting.nextAttemptAt !== undefined);

  receiver.isDown = false;
  await world.delivery.resume({ portalId }, world.scope);
  await until(() => receiver.told.length >= 120, 60_000);
  await world.write(portalId, 'message 121');
  await until(() => receiver.told.length >= 121);
  assert.deepEqual(
    receiver.told.map((told) => [told.kind, told.sequence, 'text' in told && told.text]),
    range(1, 121).map((number) => ['event', number, `message ${number}`]),
  );
  assert.deepEqual(receiver.problems, []);
  const done = await until(async () => {
    const backlog = await world.delivery.getBacklog({ portalId }, world.scope);
    return backlog.mode === PortalMode.PORTAL_MODE_LIVE && backlog;
  });
  assert.deepEqual([done.waiting, done.expired, done.parked, done.lastError], [0, 0, 0, '']);
});

test('a burst of 500 to a weak portal stays one stream: one request at a time, in order, each event once', async () => {
  let licenceKey = '';
  await using receiver = await startWeakReceiver(() => [licenceKey], now);
  const settings = { lingerMs: 1 };
  const request = { idempotencyKey: randomUUID(), name: 'Weak CRM', url: receiver.url, settings };
  const made = await world.directory.createPortal(request, world.scope);
  licenceKey = made.licenceKey;
  await world.write(made.portal?.id ?? '', ...texts(1, 500));
  await until(() => receiver.taken.length >= 500, 120_000);
  assert.deepEqual(receiver.taken, range(1, 500));
  assert.deepEqual(receiver.problems, []);
  assert.equal(receiver.mostAtOnce, 1);
});

test('a portal is down for 23 hours with very many events waiting: drained in order, in flat memory', {
  timeout: 1_500_000,
}, async (context) => {
  const taken = { events: 0, isInOrder: true };
  const { portalId, receiver } = await world.aPortal(({ kind, sequence }) => {
    taken.events += 1;
    taken.isInOrder &&= kind === 'event' && sequence === taken.events;
  });
  receiver.isDown = true;
  const writtenIn = await timed(async () => {
    for (let from = 1; from <= longOutageEvents; from += 500)
      await world.write(portalId, ...texts(from, Math.min(from + 499, longOutageEvents)));
  });
  clock.aheadMs = 23 * hourMs;
  using memory = watchMemory();
  receiver.isDown = false;
  const drainedIn = await timed(async () => {
    await world.delivery.resume({ portalId }, world.scope);
    await until(() => taken.events >= longOutageEvents, 900_000);
  });
  const { beforeMib, mostMib, afterMib, heldBeforeMib, heldAfterMib } = memory.stop();
  context.diagnostic(`${longOutageEvents} events written in ${writtenIn} s, drained in ${drainedIn} s`);
  context.diagnostic(
    `memory of all services and the receiver: ${beforeMib} MiB, at most ${mostMib}, then ${afterMib}; objects in use ${heldBeforeMib}, then ${heldAfterMib}`,
  );
  assert.deepEqual(taken, { events: longOutageEvents, isInOrder: true });
  assert.deepEqual(receiver.problems, []);
  assert.ok(mostMib - beforeMib < flatMib, `${mostMib - beforeMib} MiB more, whatever the number of events`);
});
