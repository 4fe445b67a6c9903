import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConversationRef } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { send } from './send.ts';
import { orderTo, textTo } from './testing/desk.ts';
import { startWorld } from './testing/world.ts';

/** A world in which Anna has written, so that her conversation's reference is known. */
async function given(...options: Parameters<typeof startWorld>) {
  const world = await startWorld(...options);
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  const { conversation } = await until(() => world.hook.events[0]);
  const place = ConversationRef.toJSON(conversation ?? ConversationRef.create()) as object;
  world.hook.events.length = 0;
  return {
    ...{ ...world, place, conversationPlatformId: conversation?.platformId ?? '' },
    send: (order = textTo(place), more: Parameters<typeof world.tools>[0] = {}) =>
      send(order, world.channel, world.tools(more)),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

test('a text, a picture and cards are taken, and known by their ids', async () => {
  await using world = await given();
  const image = { media: { id: 'f1', mimeType: 'image/png', name: 'a.png' }, caption: { plain: 'receipt' } };
  const cards = { cards: [{ title: 'A hat', buttons: [{ text: 'Buy', callback: 'buy:1' }] }, { title: 'A scarf' }] };
  for (const content of [{ text: { plain: 'Order 17' } }, { image }, { cards }]) {
    const { platformIds } = await world.send(orderTo(world.place, { message: { content } }));
    assert.deepEqual(platformIds, [world.last()?.id]);
  }
});

test('an answer, a change and a deletion find their message; what is gone is deleted', async () => {
  await using world = await given();
  const { place, conversationPlatformId } = world;
  const { platformIds } = await world.send();
  const known = { ours: platformIds.map((platformId) => ({ platformId, conversationPlatformId })) };
  const act = (action: object) => world.send(orderTo(place, action), { known });
  await act({ message: { content: { text: { plain: 'see above' } }, reply: { messageId: 'ours' } } });
  assert.equal(world.last()?.quote, 'hello');
  await act({ edit: { messageId: 'ours', content: { text: { plain: 'better' } } } });
  const ours = () => world.simulator.view(world.anna.id).messages.find(({ id }) => id === platformIds[0]);
  assert.deepEqual([ours()?.text, ours()?.isEdited], ['better', true]);
  await act({ delete: { messageIds: ['ours'] } });
  await act({ delete: { messageIds: ['ours'] } });
  assert.equal(ours()?.isDeleted, true);
});

test('a pressed button comes back as what it means, a quick answer as its words', async () => {
  await using world = await given();
  const buttons = [
    { text: 'Pay', callback: 'o17:pay' },
    { text: 'Yes', reply: '' },
  ];
  await world.send(textTo(world.place, { keyboard: { mode: 'KEYBOARD_MODE_INLINE', rows: [{ buttons }] } }));
  const message = String(world.last()?.id);
  for (const { text: button } of buttons) world.simulator.press({ from: world.anna.id, message, button });
  const quick = { mode: 'KEYBOARD_MODE_QUICK', rows: [{ buttons: buttons.slice(1) }] };
  await world.send(textTo(world.place, { keyboard: quick }));
  world.simulator.press({ from: world.anna.id, button: 'Yes' });
  await until(() => world.hook.events.length === 3);
  const told = world.hook.events.map(({ event }) => {
    if (event?.$case === 'press') return [event.value.payload, event.value.targetPlatformId === message];
    const kind = event?.$case === 'message' ? event.value.content?.kind : undefined;
    return kind?.$case === 'text' ? kind.value.plain : undefined;
  });
  assert.deepEqual(told, [['o17:pay', true], 'Yes', 'Yes']);
});

test('the first word in Teams begins a conversation, which goes on under the id that it got', async () => {
  await using world = await startWorld();
  const first = textTo({ platformId: `msteams:${world.anna.id}`, kind: 'CONVERSATION_KIND_PRIVATE' });
  const { migratedPlatformId } = await send(first, world.channel, world.tools());
  assert.equal(migratedPlatformId, `msteams:${world.anna.conversation}`);
  const next = textTo({ platformId: migratedPlatformId, kind: 'CONVERSATION_KIND_PRIVATE' });
  await send(next, world.channel, world.tools());
  const ours = world.simulator.view(world.anna.id).messages.filter(({ by }) => by === 'account');
  assert.equal(ours.length, 2);
  const nobody = textTo({ platformId: 'msteams:29:nobody', kind: 'CONVERSATION_KIND_PRIVATE' });
  await assert.rejects(send(nobody, world.channel, world.tools()), { code: 'content_invalid' });
});

test('a token that is over before its time is renewed once; a secret that is no longer good stops the channel', async () => {
  await using world = await given();
  Object.assign(world.secrets, { accessToken: 'over', accessTokenEndsAtMs: String(Date.now() + 3_600_000) });
  await world.send();
  world.simulator.expireTokens();
  await world.send();
  world.simulator.revokeToken();
  await assert.rejects(world.send(), { code: 'auth_revoked' });
});

test('a kept token is used as long as it is good: nobody signs in for a message', async () => {
  await using world = await given();
  await world.send();
  const [kept = '', endsAtMs = 0] = [...world.simulator.bot.tokens].at(-1) ?? [];
  Object.assign(world.secrets, { accessToken: kept, accessTokenEndsAtMs: String(endsAtMs) });
  const before = world.simulator.bot.tokens.size;
  await world.send();
  assert.equal(world.simulator.bot.tokens.size, before);
});

test('a connection cut after the message was taken is an unknown outcome; a change may be made again', async () => {
  for (const kind of ['cut_after', 'broken_answer', 'endless_answer'] as const) {
    await using world = await given();
    world.simulator.fail({ kind });
    await assert.rejects(world.send(), { code: 'unknown_outcome' });
    const ours = world.simulator.view(world.anna.id).messages.filter(({ by }) => by === 'account');
    assert.equal(ours.length, 1);
    const { conversationPlatformId } = world;
    const known = { ours: [{ platformId: String(ours[0]?.id), conversationPlatformId }] };
    world.simulator.fail({ kind });
    const edit = orderTo(world.place, { edit: { messageId: 'ours', content: { text: { plain: 'better' } } } });
    await assert.rejects(world.send(edit, { known }), { code: 'transient' });
  }
});

test("Teams' rates rest the conversation as long as they say; a bot that was removed is told", async () => {
  await using world = await given({ isPaced: true });
  const sending = async () => {
    for (let times = 0; times < 10; times += 1) await world.send();
  };
  await assert.rejects(sending(), { code: 'retry_after', scope: 'conversation' });
  await using gone = await given();
  gone.simulator.uninstall({ from: gone.anna.id });
  await assert.rejects(gone.send(), { code: 'recipient_blocked', platformCode: 'BotNotInConversationRoster' });
});

test('the token goes to nobody but the service', async () => {
  await using world = await given();
  const resumeToken = JSON.stringify({ serviceUrl: 'http://127.0.0.1:9/', bot: '28:app' });
  const elsewhere = textTo({ ...world.place, resumeToken });
  await assert.rejects(world.send(elsewhere), { code: 'permission' });
});
