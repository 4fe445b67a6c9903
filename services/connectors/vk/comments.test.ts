import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChannelEvent, ConversationKind, Origin } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { send } from './send.ts';
import { beneath } from './testing/orders.ts';
import { startWorld } from './testing/world.ts';

const text = { message: { content: { text: { plain: '1 490' } } } };

/** A world whose hook is confirmed, with a comment of Anna's under a post of the community. */
async function given() {
  const world = await startWorld();
  await world.connect();
  const top = world.simulator.comment({ from: world.anna.id, text: 'How much?' });
  await until(() => world.hook.events.length === 1);
  const { id } = world.simulator.community;
  return {
    ...world,
    top,
    place: `wall-${id}_11_${top}`,
    answer: (action: object = text, more: object = {}) =>
      send({ ...beneath(id, top, action), ...more }, world.channel, world.tools()),
    comments: () => [...world.simulator.community.comments.values()],
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

const kindsOf = (events: readonly ChannelEvent[]) => events.map(({ event }) => event?.$case);

test('comments beneath one comment are one conversation; their authors are the people who write messages', async () => {
  await using world = await given();
  const { simulator, anna, hook, top, place } = world;
  const boris = simulator.person({ id: 55_012_346, name: 'Boris' });
  const answer = simulator.comment({ from: boris.id, text: 'And when?', under: top });
  const again = simulator.comment({ from: anna.id, text: 'Yes, when?', under: answer });
  simulator.changeComment({ comment: again, text: 'Yes, how soon?' });
  simulator.comment({ from: anna.id, text: 'Another thing', post: 12 });
  await until(() => hook.events.length === 5);
  const kind = ConversationKind.CONVERSATION_KIND_COMMENTS;
  const places = hook.events.slice(0, 4).map(({ conversation }) => [conversation?.platformId, conversation?.kind]);
  assert.deepEqual(places, Array(4).fill([place, kind]));
  assert.notEqual(hook.events[4]?.conversation?.platformId, place);
  assert.deepEqual(kindsOf(hook.events), ['message', 'message', 'message', 'edit', 'message']);
  const authors = hook.events.slice(0, 2).map(({ sender }) => sender?.platformId);
  assert.deepEqual(authors, [String(anna.id), String(boris.id)]);
});

test('a comment that is deleted and shown again is told as both, each time', async () => {
  await using world = await given();
  for (let time = 0; time < 2; time += 1) {
    world.simulator.changeComment({ comment: world.top });
    world.simulator.restoreComment({ comment: world.top });
  }
  await until(() => world.hook.events.length === 5);
  assert.deepEqual(kindsOf(world.hook.events).slice(1), ['delete', 'message', 'delete', 'message']);
  assert.equal(new Set(world.hook.events.map(({ id }) => id)).size, 5);
});

test('what is written under pictures, films, things for sale and in discussions is heard', async () => {
  await using world = await given();
  for (const on of ['photo', 'video', 'item', 'topic'] as const)
    world.simulator.comment({ from: world.anna.id, text: on, on, post: 45 });
  await until(() => world.hook.events.length === 5);
  const told = world.hook.events.slice(1).map(({ conversation }) => conversation?.subchannel);
  assert.deepEqual(told, ['photo', 'video', 'market', 'topic']);
});

test('an answer stands beneath the comment, once however often it is sent, and comes back as the company’s own', async () => {
  await using world = await given();
  world.simulator.fail({ kind: 'cut_after', method: 'wall.createComment' });
  await assert.rejects(world.answer(), { code: 'unknown_outcome' });
  const { platformIds } = await world.answer();
  const [, ours, ...more] = world.comments();
  assert.deepEqual([platformIds, ours?.replyTo?.id, more], [[String(ours?.id)], world.top, []]);
  await until(() => world.hook.events.length === 2);
  const echo = world.hook.events[1];
  assert.deepEqual([echo?.origin, echo?.platformId], [Origin.ORIGIN_EXTERNAL, platformIds[0]]);
  assert.equal(echo?.conversation?.platformId, world.place, 'it is known by its number there');
  await world.answer(text, { isAgain: true });
  assert.equal(world.comments().length, 3, 'what a person sends again is another comment');
});

test('a file goes along with an answer', async () => {
  await using world = await given();
  const media = { id: 'f1', mimeType: 'application/pdf', name: 'price.pdf', sizeBytes: 4, state: 'MEDIA_STATE_STORED' };
  const order = beneath(world.simulator.community.id, world.top, { message: { content: { file: { media } } } });
  await send(order, world.channel, world.tools({ files: new Map([['f1', Buffer.from('file')]]) }));
  assert.deepEqual(
    world
      .comments()
      .at(-1)
      ?.attachments.map(({ type }) => type),
    ['doc'],
  );
});

test('closed comments, a comment that is gone, too many and no right at all have their codes', async () => {
  await using world = await given();
  const codes = [
    [223, { code: 'retry_after', scope: 'conversation' }],
    [222, { code: 'content_invalid' }],
    [212, { code: 'permission' }],
  ] as const;
  for (const [code, expected] of codes) {
    world.simulator.fail({ kind: 'refusal', code, method: 'wall.createComment' });
    await assert.rejects(world.answer(), expected);
  }
  world.simulator.changeComment({ comment: world.top });
  await assert.rejects(world.answer(), { code: 'content_invalid' });
  world.simulator.closeComments();
  await assert.rejects(world.answer(), { code: 'permission', platformCode: '213' });
});
