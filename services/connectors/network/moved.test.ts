import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { send } from './send.ts';
import { connect, probe } from './setup.ts';
import { textTo } from './testing/orders.ts';
import { textOf } from './testing/words.ts';
import { startWorld } from './testing/world.ts';

const line = { platformId: 'line' };
const startMs = 1_800_000_000_000;

/** Our channel has joined the partner's line and written to it. */
async function joined() {
  const clock = { now: startMs };
  const world = await startWorld({ now: () => clock.now });
  await world.join();
  const [seat = ''] = world.simulator.account.seats.keys();
  let number = 0;
  const write = async (plain: string) => {
    number += 1;
    const order = textTo(line, plain, { message: { id: `m-${number}`, message: { content: { text: { plain } } } } });
    order.conversationNumber = number;
    await send(order, world.channel, world.tools());
  };
  await write('hello');
  /** The line says something, and that it is called there. */
  const say = async (more: object) => {
    clock.now += 1_000;
    return (await world.simulator.forge({ from: seat, fields: { at: clock.now, ...more } })).status;
  };
  const seen = () => world.simulator.view(seat).messages.flatMap(({ by, text }) => (by === 'account' ? [text] : []));
  return { ...world, clock, seat, write, say, seen };
}

test('a partner that has moved tells its line, and is answered at its new address before it writes', async () => {
  await using world = await startWorld();
  const { address } = await world.open();
  world.simulator.person({ id: 'acme' });
  await world.simulator.join({ from: 'acme', address });
  const before = world.partner('acme');
  world.simulator.move();
  await assert.rejects(send(textTo(before), world.channel, world.tools()), { code: 'recipient_invalid' });
  world.simulator.tellMoved({ from: 'acme' });
  const told = await until(() =>
    world.hook.events.find(({ event }) => event?.$case === 'subscription' && event.value.platformState === 'moved'),
  );
  const { platformId = '', resumeToken = '' } = told.conversation ?? {};
  assert.notEqual(resumeToken, before.resumeToken);
  await send(textTo({ platformId, resumeToken }), world.channel, world.tools());
  assert.equal(world.simulator.view('acme').messages.filter(({ by }) => by === 'account').length, 1);
});

test('our channel tells its line that it has moved when its hook is written again, and only then', async () => {
  await using world = await joined();
  const { simulator, secrets, channel } = world;
  const types = () => simulator.calls.map(({ call }) => call.type);
  await world.join();
  assert.ok(!types().includes('moved'), 'it is where it was');
  const elsewhere = world.hook.url.replace('/hooks/', '/elsewhere/hooks/');
  await connect(channel, elsewhere, world.tools());
  assert.equal(types().at(-1), 'moved');
  assert.equal(simulator.account.seats.get(world.seat)?.url, elsewhere);
  assert.equal(secrets.ownUrl, world.hook.url, 'what is told and not kept is told once more');
});

test('a line that has moved is written to where its own call says, and a probe keeps the address once it answers there', async () => {
  await using world = await joined();
  world.simulator.move();
  await assert.rejects(world.write('to nobody'), { code: 'recipient_invalid' });
  world.simulator.write({ from: world.seat, text: 'we have moved' });
  await until(() => world.hook.events.some((event) => textOf(event) === 'we have moved'));
  await world.write('found you');
  assert.deepEqual(world.seen(), ['hello', 'found you']);
  const { state, secrets = {} } = await probe(world.channel, world.hook.url, world.tools());
  const [url] = world.simulator.lineAddress().split('#');
  assert.deepEqual([state, secrets], ['ok', { lineUrl: url }]);
});

test('the hook is written again where the line is now, though the address that was entered is its former one', async () => {
  await using world = await joined();
  const entered = world.simulator.lineAddress();
  world.simulator.move();
  await world.say({ type: 'typing', isOn: true });
  const again = await world.join(entered);
  assert.equal(again.secrets?.lineUrl, world.simulator.lineAddress().split('#')[0]);
  assert.equal(again.secrets?.key, world.secrets.key);
});

test('a line that goes back before a probe has kept its new address is written to where it was and is', async () => {
  await using world = await joined();
  world.simulator.move();
  await world.say({ type: 'typing', isOn: true });
  await world.write('there');
  world.simulator.moveBack();
  await assert.rejects(world.write('to nobody'), { code: 'recipient_invalid' });
  await world.say({ type: 'typing', isOn: true });
  await world.write('back');
  assert.deepEqual(world.seen(), ['hello', 'there', 'back']);
  const { state, secrets } = await probe(world.channel, world.hook.url, world.tools());
  assert.deepEqual([state, secrets], ['ok', undefined], 'its address stands there already');
});

test('where a person says that the line is and it answers, it is: not where it said before that it were', async () => {
  await using world = await joined();
  const entered = world.simulator.lineAddress();
  world.simulator.move();
  await world.say({ type: 'typing', isOn: true });
  world.simulator.moveBack();
  await world.join(entered);
  await world.write('back');
  assert.deepEqual(world.seen(), ['hello', 'back']);
  const { secrets } = await probe(world.channel, world.hook.url, world.tools());
  assert.equal(secrets, undefined);
});

test('no call leads to another line, to one that nobody protects, or back to where the line was long ago', async () => {
  await using world = await joined();
  const { origin } = new URL(world.simulator.url);
  const id = world.simulator.account.line.id;
  const there = (path: string, from = origin) => `${from}${path}/hooks/network/${id}`;
  const other = `${origin}/moved/hooks/network/66666666-6666-5666-8666-666666666666`;
  world.simulator.move();
  assert.equal(await world.say({ address: other }), 200);
  await assert.rejects(world.write('one'), { code: 'recipient_invalid' }, 'another line');
  await world.say({ address: there('/moved'), at: startMs - 11 * 60_000 });
  await assert.rejects(world.write('two'), { code: 'recipient_invalid' }, 'a call of the past');
  await world.say({ address: there('/moved') });
  await world.write('three');
  await world.say({ address: there(''), at: startMs + 2_000 });
  await world.write('four');
  assert.deepEqual(world.seen(), ['hello', 'three', 'four']);
  world.secrets.lineUrl = there('', 'https://line.example');
  world.clock.now += 61 * 60_000;
  await world.say({ address: there('/moved') });
  const asked: string[] = [];
  const fetch: ReturnType<typeof world.tools>['fetch'] = async (url) => {
    asked.push(String(url));
    throw new Error('enough');
  };
  await assert.rejects(send(textTo(line), world.channel, { ...world.tools(), fetch }));
  assert.deepEqual(asked, [there('', 'https://line.example')], 'from https to http');
});
