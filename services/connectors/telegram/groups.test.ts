import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GroupAction, type GroupOrder, Media, Origin } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { connect } from './setup.ts';
import { picture, startBot } from './testing/bot.ts';
import { channelFor, orderTo, startHook, toolsFor } from './testing/desk.ts';

/** A bot that is the administrator of a group with Anna and Boris, and a hook. */
async function given({ isForum = true } = {}) {
  const bot = await startBot();
  const secrets: { hookSecret?: string } = {};
  const hook = await startHook(() => channelFor(bot.simulator.url, bot.simulator.token, secrets.hookSecret));
  secrets.hookSecret = (await connect(bot.channel, hook.url, toolsFor())).secrets?.hookSecret ?? '';
  const boris = bot.simulator.person({ id: 77_001, first_name: 'Boris' });
  const chat = bot.simulator.createGroup({ from: bot.anna.id, title: 'Order 17', isForum });
  bot.simulator.join({ from: boris.id, chat, by: bot.anna.id });
  bot.simulator.promoteBot({ from: bot.anna.id, chat });
  await until(() => hook.events.length >= 5);
  hook.events.length = 0;
  const order = (value: NonNullable<GroupOrder['order']>) =>
    bot.send(orderTo(chat, { action: { $case: 'group', value: { order: value } } }), {
      files: new Map([['f1', picture]]),
    });
  const close = async () => {
    await bot[Symbol.asyncDispose]();
    await hook[Symbol.asyncDispose]();
  };
  return { ...bot, hook, boris, chat, order, room: () => bot.simulator.screen(chat), [Symbol.asyncDispose]: close };
}

const people = (...ids: readonly number[]) => ({ platformPartyIds: ids.map(String) });

test('a group is renamed, described and pictured; what the bot did is told as nobody’s doing, and doing it again is no error', async () => {
  await using world = await given();
  await world.order({ $case: 'rename', value: 'Order 18' });
  await world.order({ $case: 'rename', value: 'Order 18' });
  await world.order({ $case: 'describe', value: 'Boots' });
  await world.order({ $case: 'photo', value: Media.create({ id: 'f1', mimeType: 'image/png', name: 'a.png' }) });
  await until(() => world.hook.events.length === 2);
  const told = world.hook.events.map(({ event, origin }) => [event?.$case === 'group' && event.value.action, origin]);
  assert.deepEqual(told, [
    [GroupAction.GROUP_ACTION_RENAMED, Origin.ORIGIN_SYSTEM],
    [GroupAction.GROUP_ACTION_PHOTO, Origin.ORIGIN_SYSTEM],
  ]);
  assert.equal(world.hook.events[0]?.conversation?.title, 'Order 18');
});

test('several are put out and may come again, in a basic group too', async () => {
  for (const isForum of [true, false]) {
    await using world = await given({ isForum });
    await world.order({ $case: 'removeMembers', value: people(world.boris.id, world.anna.id) });
    await until(() => world.hook.events.length === 2);
    const gone = world.hook.events.flatMap(({ event }) => (event?.$case === 'group' ? event.value.members : []));
    assert.deepEqual(
      gone.map(({ platformId }) => platformId),
      [String(world.boris.id), String(world.anna.id)],
    );
    assert.deepEqual(
      world.hook.events.map(({ event }) => event?.$case === 'group' && event.value.action),
      [GroupAction.GROUP_ACTION_REMOVED, GroupAction.GROUP_ACTION_REMOVED],
    );
  }
});

test('who asks to come is let in or not; a new link is told', async () => {
  await using world = await given();
  for (const id of [501, 502]) {
    world.simulator.person({ id, first_name: `P${id}` });
    world.simulator.askToJoin({ from: id, chat: world.chat });
  }
  await world.order({ $case: 'approveMembers', value: people(501) });
  await world.order({ $case: 'rejectMembers', value: people(502) });
  await assert.rejects(world.order({ $case: 'approveMembers', value: people(502) }), { code: 'content_invalid' });
  const [first, second] = [
    await world.order({ $case: 'newInviteLink', value: {} }),
    await world.order({ $case: 'newInviteLink', value: {} }),
  ];
  assert.match(first?.inviteLink ?? '', /^https:\/\/t\.me\/\+/);
  assert.notEqual(first?.inviteLink, second?.inviteLink);
});

test('a bot that is no administrator hears so; one that left hears that it is out', async () => {
  await using world = await given();
  const chat = world.simulator.createGroup({ from: world.anna.id, title: 'Order 19' });
  const rename = orderTo(chat, { action: { $case: 'group', value: { order: { $case: 'rename', value: 'x' } } } });
  await assert.rejects(world.send(rename), { code: 'permission' });
  await world.order({ $case: 'leave', value: {} });
  await assert.rejects(world.order({ $case: 'rename', value: 'x' }), { code: 'recipient_blocked' });
});
