import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hop } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { inbound, type Story, storyOf } from './testing/story.ts';
import { type Surroundings, startSurroundings } from './testing/surroundings.ts';

let around: Surroundings;

before(async () => {
  around = await startSurroundings();
});

after(async () => await around?.[Symbol.asyncDispose]());

async function hopsOf({ tenantId, inId }: Story): Promise<Hop[]> {
  const hopsInAll = 6;
  return await until(async () => {
    const hops = await around.follow(tenantId, { $case: 'id', value: inId }).catch(() => []);
    return hops.length >= hopsInAll && hops;
  }, 120_000);
}

/** Where the hops stand on the bus: the order in which they were written. */
function placesOf(hops: readonly Hop[], stream: string): number[] {
  return hops.filter((hop) => hop.stream === stream).map(({ streamSequence }) => streamSequence);
}

test('Kafka and MongoDB down for a minute: audit waits, catches up, and misses nothing', {
  timeout: 300_000,
}, async () => {
  const [first, second, last] = ['before', 'meanwhile', 'after'].map(storyOf) as [Story, Story, Story];
  await inbound(around.bus, first, 1);
  await hopsOf(first);

  await Promise.all([around.servers.kill('kafka'), around.servers.kill('mongo')]);
  await inbound(around.bus, second, 1);
  await sleep(60_000);
  assert.ok(around.runtime.health.reasons.has('kafka'), 'it says that it is not well');
  await Promise.all([around.servers.restart('kafka'), around.servers.restart('mongo')]);
  await inbound(around.bus, last, 1);

  for (const story of [first, second, last]) {
    const hops = await hopsOf(story);
    assert.deepEqual(
      hops.map(({ entry }) => entry?.kind),
      ['hook.received', 'hook.stored', 'messages.received', 'event.sealed', 'delivery.attempted', 'delivery.attempted'],
    );
    const places = placesOf(hops, 'INGRESS');
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
  }
  await until(() => around.runtime.health.reasons.size === 0, 60_000);
});
