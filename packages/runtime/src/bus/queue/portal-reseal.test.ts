import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aWorld, pass } from './model/acting.ts';

const minuteMs = 60_000;

/** A portal for which three events wait under the first key; then a second key was made. */
async function rotated() {
  const { world, portal } = await aWorld({ portals: 1 });
  const { id, receiver, state } = portal(0);
  receiver.mood = 'down';
  world.produce(id, 3);
  await pass(world, 300);
  world.sealer.rotate();
  world.produce(id, 2);
  await pass(world, 300);
  const knows = (...kids: string[]) => {
    receiver.kids.clear();
    for (const kid of kids) receiver.kids.add(kid);
  };
  const cursor = () => {
    const { sequence = 0, withheld = 0, notices = [], lastError = '', lastErrorText = '' } = state() ?? {};
    return { sequence, withheld, notices: notices.length, lastError, lastErrorText };
  };
  return { world, id, receiver, state, knows, cursor };
}

test('a portal that has only the new key gets what waited under the old one, in order, and is asked about it once', async () => {
  const { world, id, receiver, state, knows } = await rotated();
  knows('k1');
  receiver.mood = 'well';
  await pass(world, 5_000);
  assert.deepEqual([receiver.last, receiver.taken.size, receiver.unknownAnswers], [5, 5, 1]);
  assert.equal(world.sealer.resealed, 3);
  assert.deepEqual(receiver.violations, []);
  world.produce(id, 1);
  await pass(world, 300);
  assert.deepEqual([receiver.last, state()?.mode], [6, 'live']);
});

test('a portal that has no new key yet gets what is sealed under it by the old one; in five minutes it is tried again', async () => {
  const { world, id, receiver, knows } = await rotated();
  knows('k0');
  receiver.mood = 'well';
  await pass(world, 5_000);
  assert.deepEqual([receiver.last, receiver.unknownAnswers], [5, 1]);
  for (let made = 0; made < 10; made += 1) {
    world.produce(id, 1);
    await pass(world, 1_000);
  }
  assert.deepEqual([receiver.last, receiver.unknownAnswers], [15, 1]);
  knows('k0', 'k1');
  await pass(world, 5 * minuteMs);
  const { resealed } = world.sealer;
  world.produce(id, 1);
  await pass(world, 1_000);
  assert.deepEqual([receiver.last, world.sealer.resealed], [16, resealed]);
});

test('what is sealed under a key that the portal knows goes first as it is, and what needs another key follows', async () => {
  const { world, id, receiver, knows } = await rotated();
  knows('k0');
  receiver.mood = 'well';
  await pass(world, 5_000);
  const { resealed } = world.sealer;
  // An instance that does not know of the new key yet seals between those that do.
  for (const kid of ['k0', 'k1', 'k0', 'k1']) world.produce(id, 1, kid);
  await pass(world, 1_000);
  assert.deepEqual([receiver.last, receiver.unknownAnswers, world.sealer.resealed - resealed], [9, 1, 2]);
  assert.deepEqual(receiver.violations, []);
});

test('a portal that knows no key is asked for each once in five minutes, nothing is parked, and the keys are named', async () => {
  const { world, receiver, knows, cursor } = await rotated();
  knows();
  receiver.mood = 'well';
  await pass(world, 5_000);
  assert.equal(receiver.unknownAnswers, 2);
  assert.deepEqual(cursor(), {
    ...{ sequence: 0, withheld: 0, notices: 0, lastError: 'portal_unknown_key' },
    lastErrorText: 'the portal knows no valid key: not k0, k1. There is no other key.',
  });
  await pass(world, minuteMs);
  assert.equal(receiver.unknownAnswers, 2);
});

test('when the keys were changed, or a person wants it, a portal that knew none is tried at once', async () => {
  const { world, id, receiver, knows } = await rotated();
  knows();
  receiver.mood = 'well';
  await pass(world, 5_000);
  assert.equal(receiver.last, 0);
  knows('k0', 'k1');
  world.resumedAtMs.set(id, world.time.clock.wallMs());
  await pass(world, 1_000);
  assert.deepEqual([receiver.last, receiver.unknownAnswers], [5, 2]);
});

test('a key that was not used is no reason to ask for another one', async () => {
  const { world, portal } = await aWorld({ portals: 1 });
  const { id, receiver, state } = portal(0);
  receiver.says = 'another';
  receiver.kids.clear();
  world.produce(id, 1);
  await pass(world, 60_000);
  assert.deepEqual([receiver.unknownAnswers, world.sealer.resealed, state()?.lastError], [1, 0, 'portal_unknown_key']);
});

test('a sealer that answers with the key that was refused is not asked again and again', {
  timeout: 20_000,
}, async () => {
  const { world, receiver, knows, cursor } = await rotated();
  knows('k1');
  world.sealer.insistsOn = 'k0';
  receiver.mood = 'well';
  await pass(world, 60_000);
  assert.deepEqual([receiver.last, receiver.unknownAnswers, cursor().lastError], [0, 1, 'portal_unknown_key']);
});

test('what waits under a deleted key is never sent under it; what history no longer gives is withheld, kept and told', async () => {
  const { world, id, receiver, cursor, state } = await rotated();
  world.sealer.lose(`${id}/2`);
  world.sealer.deleteOldest();
  receiver.kids.add('k1');
  receiver.mood = 'well';
  await pass(world, 5_000);
  assert.deepEqual([receiver.last, receiver.unknownAnswers], [5, 0]);
  assert.deepEqual([...receiver.taken], [1, 3, 4, 5]);
  assert.deepEqual([...(world.kept.get(id) ?? [])], [2]);
  assert.deepEqual([cursor().withheld, cursor().notices, state()?.mode], [1, 0, 'live']);
  assert.deepEqual(receiver.violations, []);
});

test('while the sealer is away what needs another key waits, and nothing overtakes it', async () => {
  const { world, id, receiver, knows } = await rotated();
  knows('k1');
  receiver.mood = 'well';
  world.sealer.isAway = true;
  world.produce(id, 1);
  await pass(world, 20_000);
  assert.equal(receiver.last, 0);
  world.sealer.isAway = false;
  await pass(world, 5_000);
  assert.deepEqual([receiver.last, receiver.violations], [6, []]);
});
