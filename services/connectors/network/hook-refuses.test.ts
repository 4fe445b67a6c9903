import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { send } from './send.ts';
import { textTo } from './testing/orders.ts';
import { textOf } from './testing/words.ts';
import { startWorld } from './testing/world.ts';
import { parkedPerMinute } from './types-limits.ts';

const minuteMs = 60_000;
const startMs = 1_800_000_000_000;
const text = { content: { text: { plain: 'an offer' } } };

/** Our channel has joined the partner's line, to which nobody of us has written. */
async function ofALine() {
  const clock = { now: startMs };
  const world = await startWorld({ now: () => clock.now });
  await world.join();
  const [line = ''] = world.simulator.account.seats.keys();
  const call = async (fields: object) => {
    const { status, text: said } = await world.simulator.forge({ from: line, fields: { ...fields } });
    const { error = '' } = JSON.parse(said) as { readonly error?: string };
    return error || String(status);
  };
  return { ...world, clock, line, call };
}

test('the first word of a line is ten parts at most, however its id is divided; a part again is a repeat', async () => {
  await using world = await ofALine();
  const part = (index: number) => ({ type: 'message', id: `w.${index}`, number: String(2 * index + 1), ...text });
  for (let index = 0; index < 10; index += 1) assert.equal(await world.call(part(index)), '200', `part ${index}`);
  assert.equal(await world.call(part(10)), 'USER_MESSAGE_LIMIT');
  assert.equal(await world.call(part(3)), '200', 'a repeat');
  const edit = { type: 'edit', id: 'w.1', number: '101', target: '1', ...text };
  assert.equal(await world.call(edit), 'USER_MESSAGE_LIMIT', 'a change under the id of the message');
  assert.equal(new Set(world.hook.events.map(({ id }) => id)).size, 10);
  world.clock.now += 7 * 24 * 60 * minuteMs;
  assert.equal(await world.call({ ...part(0), id: 'next.0', number: '201' }), '200', 'a week after the first part');
});

test('of a line that was not written to no typing, no reaction and nothing unknown is taken; once it was, all is', async () => {
  await using world = await ofALine();
  const signs = [
    { type: 'typing', isOn: true },
    { type: 'reaction', id: 'r.0', number: '1', target: '2000', reactions: ['👍'] },
    { type: 'call' },
    { type: 'message', id: 'a.b.c', number: '1', ...text },
  ];
  for (const sign of signs) assert.equal(await world.call(sign), 'USER_MESSAGE_LIMIT', sign.type);
  await send(textTo({ platformId: 'line' }), world.channel, world.tools());
  for (const sign of signs.slice(0, 2)) assert.equal(await world.call(sign), '200', sign.type);
});

test('what is not understood counts like any call, and a few a minute are kept', async () => {
  const clock = { now: startMs };
  await using world = await startWorld({ now: () => clock.now });
  const { address } = await world.open();
  world.simulator.person({ id: 'acme' });
  await world.simulator.join({ from: 'acme', address });
  const statusOf = async (fields: object) =>
    (await world.simulator.forge({ from: 'acme', fields: { ...fields } })).status;
  const strange = [{ type: 'call' }, { network: 2 }, { type: 'message' }, { address: 'javascript:alert(1)' }];
  const deep = { type: 'message', id: 'x.0', number: '2', content: { location: { latitude: 'north' } } };
  const kept = await Promise.all(
    Array.from({ length: parkedPerMinute + 5 }, (_, index) => statusOf([...strange, deep][index % 5] ?? {})),
  );
  assert.equal(kept.filter((status) => status === 429).length, 5);
  for (let call = parkedPerMinute + 5; call < 180; call += 1) await statusOf({});
  assert.equal(await statusOf({}), 429, 'what was not understood was counted');
  clock.now += minuteMs;
  assert.notEqual(await statusOf({ type: 'call' }), 429);
});

test('a line that is reached by https takes no partner that is not', async () => {
  await using world = await startWorld();
  const { address } = await world.open();
  world.secrets.ownUrl = 'https://shop.example/hooks/network/x';
  world.simulator.person({ id: 'acme' });
  assert.deepEqual(await world.simulator.join({ from: 'acme', address }), { status: 422, error: 'ADDRESS_INVALID' });
});

test('a line that greets before its key is kept is asked to come again, and is heard then', async () => {
  await using world = await startWorld();
  await world.join();
  const [line = ''] = world.simulator.account.seats.keys();
  const { key = '', lineUrl = '' } = world.secrets;
  Object.assign(world.secrets, { key: '', lineUrl: '' });
  const before = world.hook.asked();
  world.simulator.write({ from: line, text: 'welcome' });
  await until(() => world.hook.asked() > before);
  assert.deepEqual([world.simulator.refused, world.hook.events], [[], []]);
  Object.assign(world.secrets, { key, lineUrl });
  await until(() => world.hook.events.length === 1);
  assert.deepEqual(world.hook.events.map(textOf), ['welcome']);
});
