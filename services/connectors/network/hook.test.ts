import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { refusals } from './errors.ts';
import { send } from './send.ts';
import { refusals as simulated } from './simulator/types.ts';
import { textTo } from './testing/orders.ts';
import { textOf } from './testing/words.ts';
import { startWorld, type WorldOptions } from './testing/world.ts';
import { companyMark } from './verify-sides.ts';

/** A line of ours that Acme has joined. */
async function joined(options: WorldOptions = {}) {
  const world = await startWorld(options);
  const { address } = await world.open();
  const acme = world.simulator.person({ id: 'acme', name: 'Acme' });
  assert.equal((await world.simulator.join({ from: acme.id, address: `${address}` })).status, 200);
  world.hook.events.length = 0;
  return { ...world, acme, address };
}

test('whoever joins is told with its name, its address and the start key of the link', async () => {
  await using world = await startWorld();
  const { address } = await world.open();
  const [url = '', code = ''] = address.split('#');
  world.simulator.person({ id: 'acme', name: 'Acme' });
  await world.simulator.join({ from: 'acme', address: `${url}?start=fair_2026#${code}` });
  const [event] = world.hook.events;
  assert.deepEqual(event?.event, { $case: 'subscription', value: { isAllowed: true, platformState: 'joined' } });
  assert.deepEqual([event?.context?.ref, event?.sender?.displayName], ['fair_2026', 'Acme']);
  assert.deepEqual(event?.conversation?.platformId, world.partner('acme').platformId);
  assert.equal(event?.conversation?.resumeToken, world.partner('acme').resumeToken);
});

test('what a partner writes arrives in order, once each, though the hook fails in between', async () => {
  await using world = await joined();
  world.hook.troubles.push(503, 503);
  world.simulator.fail({ kind: 'repeated' });
  const written = Array.from({ length: 8 }, (_, index) => `message ${index}`);
  for (const text of written) world.simulator.write({ from: 'acme', text });
  await until(() => new Set(world.hook.events.map(({ id }) => id)).size === 8);
  const once = [...new Map(world.hook.events.map((event) => [event.id, event])).values()];
  const inOrder = once.toSorted((one, other) => ((one.order?.key ?? '') < (other.order?.key ?? '') ? -1 : 1));
  assert.deepEqual(inOrder.map(textOf), written);
});

test('edits, deletions, reactions, receipts, typing and leaving are told', async () => {
  await using world = await joined();
  const { simulator, hook } = world;
  const first = simulator.write({ from: 'acme', text: 'first' });
  simulator.edit({ from: 'acme', message: first, text: 'better' });
  simulator.react({ from: 'acme', message: first, emoji: '👍' });
  simulator.remove({ from: 'acme', message: first });
  await send(textTo(world.partner('acme')), world.channel, world.tools());
  simulator.read({ from: 'acme' });
  simulator.type({ from: 'acme' });
  simulator.leave({ from: 'acme' });
  await until(() => hook.events.length === 7);
  const kinds = hook.events.map(({ event }) => event?.$case);
  assert.deepEqual(kinds, ['message', 'edit', 'reaction', 'delete', 'receipt', 'typing', 'subscription']);
});

test('forged calls are refused: no proof, a wrong one, another name, another side, another addressee', async () => {
  await using world = await joined();
  const { simulator } = world;
  simulator.person({ id: 'other', name: 'Other' });
  await simulator.join({ from: 'other', address: world.address });
  const seats = simulator.account.seats;
  const other = seats.get('other');
  for (const kind of ['wrong_proof', 'no_proof'] as const) simulator.fail({ kind });
  simulator.write({ from: 'acme', text: 'genuine' });
  await until(() => world.hook.events.some((event) => textOf(event) === 'genuine'));
  assert.deepEqual(simulator.forged, [401, 401]);
  const statusOf = async (forged: Parameters<typeof simulator.forge>[0]) => (await simulator.forge(forged)).status;
  const asOther = { from: 'acme', as: other?.from ?? '' };
  assert.equal(await statusOf({ from: 'acme' }), 200);
  assert.equal(await statusOf(asOther), 401, 'the name of another with the own key');
  assert.equal(await statusOf({ ...asOther, key: other?.key ?? '', fields: {} }), 401, 'the header alone');
  assert.equal(await statusOf({ from: 'acme', fields: { from: other?.from } }), 401, 'the body alone');
  assert.equal(await statusOf({ from: 'acme', fields: { to: 'another-line' } }), 401, 'for somebody else');
  assert.equal(await statusOf({ from: 'acme', fields: { side: 'line' } }), 401, 'as a line');
  assert.equal(await statusOf({ from: 'acme', fields: { type: 'join' } }), 401, 'joining without the code');
});

test('nobody joins under the name of another, though both know the code', async () => {
  await using world = await joined();
  const { simulator, acme } = world;
  const eve = simulator.person({ id: 'eve', name: 'Eve' });
  // She knows the name, which stands in every call, but not the secret that makes it.
  const place = simulator.account.seats.get('acme');
  const fields = { type: 'join', tenant: 'a'.repeat(32) };
  const code = world.address.split('#')[1] ?? '';
  const answer = await simulator.forge({ from: 'acme', fields, path: '/join', key: code });
  assert.equal(answer.status, 401);
  assert.ok(place !== undefined && eve.own !== acme.own);
});

test('a partner that the settings refuse is heard no more, and one of the same company never joins', async () => {
  await using world = await joined();
  const { simulator, channel, hook } = world;
  channel.settings.refused.push(world.partner('acme').platformId);
  simulator.write({ from: 'acme', text: 'let me in' });
  await until(() => simulator.refused.length === 1);
  assert.deepEqual([simulator.refused, hook.events], [['401'], []]);
  simulator.person({ id: 'self', name: 'Ourselves' });
  const tenant = companyMark(channel.tenantId, channel.id);
  const own = await simulator.join({ from: 'self', address: world.address, tenant });
  assert.deepEqual(own, { status: 403, error: 'OWN_LINE' });
});

test('what is empty or over a limit is refused by its name, and told to nobody', async () => {
  await using world = await joined();
  const { simulator, hook } = world;
  simulator.write({ from: 'acme', text: ' \n' });
  simulator.write({ from: 'acme', text: 'x'.repeat(10_001) });
  const cards = [{ name: 'Ivan', vcard: 'x'.repeat(30 * 1_024) }];
  simulator.send({ from: 'acme', content: { contactCards: { cards } } });
  await until(() => simulator.refused.length === 3);
  assert.deepEqual(simulator.refused, ['MESSAGE_EMPTY', 'MESSAGE_OVERSIZE', 'ATTACH_OVERSIZE']);
  simulator.write({ from: 'acme', text: 'x'.repeat(10_000) });
  await until(() => hook.events.length === 1);
});

test('a flood of one partner is stopped by the minute, and costs the others nothing', async () => {
  let now = 1_800_000_000_000 - (1_800_000_000_000 % 60_000);
  await using world = await joined({ now: () => now });
  const { simulator, hook } = world;
  simulator.person({ id: 'other', name: 'Other' });
  await simulator.join({ from: 'other', address: world.address });
  hook.events.length = 0;
  const answers = [];
  for (let call = 0; call < 181; call += 1) answers.push(await simulator.forge({ from: 'acme' }));
  assert.equal(answers.filter(({ status }) => status === 200).length, 180);
  assert.deepEqual(JSON.parse(answers.at(-1)?.text ?? ''), { error: 'TOO_MANY_CALLS', retryAfterSeconds: 60 });
  assert.equal((await simulator.forge({ from: 'other' })).status, 200);
  now += 60_000;
  assert.equal((await simulator.forge({ from: 'acme' })).status, 200);
});

test('of a line that nobody of us has written to one message a week is taken; once we wrote, all are', async () => {
  let now = 1_800_000_000_000;
  await using world = await startWorld({ now: () => now });
  const { simulator, hook } = world;
  await world.join();
  const [line = ''] = simulator.account.seats.keys();
  const texts = () => hook.events.map(textOf);
  simulator.write({ from: line, text: 'an offer' });
  simulator.edit({ from: line, message: simulator.write({ from: line, text: 'another offer' }), text: 'the last one' });
  await until(() => simulator.refused.length === 2);
  simulator.redeliver({ count: 3 });
  await until(() => hook.events.length === 2 && simulator.refused.length === 4);
  assert.deepEqual([texts(), simulator.refused[0]], [['an offer', 'an offer'], 'USER_MESSAGE_LIMIT']);
  now += 7 * 24 * 60 * 60_000;
  simulator.write({ from: line, text: 'a week later' });
  await until(() => hook.events.length === 3);
  await send(textTo({ platformId: 'line' }), world.channel, world.tools());
  for (const text of ['an answer', 'and another']) simulator.write({ from: line, text });
  await until(() => hook.events.length === 5);
  assert.deepEqual(texts().slice(2), ['a week later', 'an answer', 'and another']);
});

test('the page of the protocol, this code and the simulator know the same refusals', () => {
  const statuses = Object.fromEntries(Object.entries(refusals).map(([name, [status]]) => [name, status]));
  assert.deepEqual(statuses, simulated);
});
