import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChannelEvent, type Party } from '@trunkline/contracts';
import { createMemoryState, createMemoryTools } from '@trunkline/testkit';
import type { ChannelAccess } from '../channel.ts';
import { ConnectorError } from '../connector-error.ts';
import { createIntroductions } from './introductions.ts';

const channel = { id: 'c1' } as ChannelAccess;
const from = (platformId: string, more: Partial<Party> = {}) =>
  ChannelEvent.fromPartial({ id: 'e', sender: { platformId, ...more } });

/** A messenger that knows Anna, and a host beside it. */
function given(answer: () => Promise<Partial<Party>> = async () => ({ displayName: 'Anna', locale: 'ru' })) {
  const asked: string[] = [];
  const clock = { now: 1_000 };
  const state = createMemoryState(() => clock.now);
  const introduce = (person: Party) => {
    asked.push(person.platformId);
    return answer();
  };
  const make = () =>
    createIntroductions({
      connector: { introduce },
      toolsOf: (_channel, signal) => createMemoryTools({ state, signal }),
      now: () => clock.now,
      log: { warn: () => {} },
      askMs: 20,
    });
  return { asked, clock, make };
}

const names = (events: readonly ChannelEvent[]) => events.map(({ sender }) => sender?.displayName);

test('somebody without a name is asked about once, by whatever instance, and keeps what the event itself tells', async () => {
  const { asked, make } = given();
  const first = make();
  const events = [from('u1', { locale: 'en' }), from('u1'), from('u2', { displayName: 'Ivan' }), ChannelEvent.create()];
  const told = await first.complete(channel, events);
  assert.deepEqual(names(told), ['Anna', 'Anna', 'Ivan', undefined]);
  assert.equal(told[0]?.sender?.locale, 'en');
  await first.complete(channel, [from('u1')]);
  await make().complete(channel, [from('u1')]);
  assert.deepEqual(asked, ['u1']);
});

test('after a day the person is asked about again', async () => {
  const { asked, clock, make } = given();
  const introductions = make();
  await introductions.complete(channel, [from('u1')]);
  clock.now += 24 * 60 * 60 * 1_000 + 1;
  await introductions.complete(channel, [from('u1')]);
  assert.equal(asked.length, 2);
});

test('a messenger that does not answer costs one question in half a minute, and no event', async () => {
  const failures = [() => Promise.reject(new ConnectorError('transient', 'no')), () => new Promise<never>(() => {})];
  for (const fail of failures) {
    const { asked, clock, make } = given(fail);
    const introductions = make();
    assert.deepEqual(names(await introductions.complete(channel, [from('u1')])), ['']);
    assert.deepEqual(names(await introductions.complete(channel, [from('u1'), from('u2')])), ['', '']);
    assert.deepEqual(asked, ['u1']);
    clock.now += 31_000;
    await introductions.complete(channel, [from('u1')]);
    assert.deepEqual(asked, ['u1', 'u1']);
  }
});
