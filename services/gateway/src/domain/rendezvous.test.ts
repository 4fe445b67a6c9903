import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rendezvous } from './rendezvous.ts';

const channels = Array.from({ length: 2_000 }, (_, index) => `channel-${index}`);

test('a channel goes to the same instance whatever the order of the list', () => {
  for (const channel of channels) {
    assert.equal(rendezvous(channel, ['a', 'b', 'c']), rendezvous(channel, ['c', 'a', 'b']));
  }
});

test('an instance that goes moves its own channels only', () => {
  for (const channel of channels) {
    const before = rendezvous(channel, ['a', 'b', 'c']);
    if (before !== 'c') assert.equal(rendezvous(channel, ['a', 'b']), before);
  }
});

test('channels are spread evenly', () => {
  const counts = new Map<string, number>();
  for (const channel of channels) {
    const instance = rendezvous(channel, ['a', 'b', 'c', 'd']) ?? '';
    counts.set(instance, (counts.get(instance) ?? 0) + 1);
  }
  for (const count of counts.values()) assert.ok(count > 400 && count < 600, String(count));
});

test('without instances there is none', () => {
  assert.equal(rendezvous('channel', []), undefined);
});
