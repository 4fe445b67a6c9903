import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { keySecondsOf } from '@trunkline/adapter-kit';
import { createMemoryTools, fetchOf, jsonOf, type PlatformRequest, runConnectorSuite } from '@trunkline/testkit';
import connector from './index.ts';
import { send } from './send.ts';
import { channelFor, orderTo, textTo } from './testing/desk.ts';
import { shown, takenBy } from './testing/shown.ts';
import { startWorld } from './testing/world.ts';

const token = 'y0_token-that-must-not-be-told';
const hookSecret = 'Xk3_9-abcdefghijklmnopqrstuvwxyz0123456789-_';
const channel = channelFor('https://botapi.messenger.yandex.net', token, hookSecret);
const chat = '0/0/1f2e3d4c';

runConnectorSuite({
  connector,
  fixturesFolder: fileURLToPath(new URL('./fixtures', import.meta.url)),
  channel,
  secrets: [token, hookSecret],
  forge: (genuine) => [
    { ...genuine, path: '' },
    { ...genuine, path: '/guessed' },
    { ...genuine, path: `${genuine.path}/more` },
  ],
  platform: takenBy,
  shown,
  strict: async () => {
    const world = await startWorld();
    const conversation = { platformId: world.anna.chat, kind: 'CONVERSATION_KIND_PRIVATE' };
    return {
      channel: world.channel(),
      conversations: { '': conversation },
      [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
    };
  },
});

test('what has a key against repeats is said to have one: a text, with the same key however often; a file has none', async () => {
  const asked: PlatformRequest[] = [];
  const tools = createMemoryTools({ fetch: fetchOf(() => 'cut', asked) });
  const file = orderTo(chat, { message: { content: { file: { media: { id: 'f', mimeType: 'application/pdf' } } } } });
  for (const order of [textTo(chat), textTo(chat), file])
    await assert.rejects(send(order, channel, tools), { code: 'unknown_outcome' });
  const [once, again, other] = (await Promise.all(asked.map(jsonOf))) as { readonly payload_id?: string }[];
  assert.ok(once?.payload_id !== undefined && once.payload_id === again?.payload_id);
  assert.equal(other?.payload_id, undefined);
  assert.deepEqual([keySecondsOf(connector, textTo(chat)), keySecondsOf(connector, file)], [600, 0]);
});

test('a change and a deletion whose answer was lost may simply be done again', async () => {
  const known = { ours: [{ platformId: '1782900140000001', conversationPlatformId: chat }] };
  const tools = createMemoryTools({ fetch: fetchOf(() => 'cut'), known });
  const edit = orderTo(chat, { edit: { messageId: 'ours', content: { text: { plain: 'better' } } } });
  await assert.rejects(send(edit, channel, tools), { code: 'transient' });
  await assert.rejects(send(orderTo(chat, { delete: { messageIds: ['ours'] } }), channel, tools), {
    code: 'transient',
  });
});

test('what is not there any more is deleted', async () => {
  const known = { ours: [{ platformId: '1782900140000001', conversationPlatformId: chat }] };
  const gone = fetchOf(() => ({ status: 404, body: { ok: false, description: 'Message not found' } }));
  const tools = createMemoryTools({ fetch: gone, known });
  const order = orderTo(chat, { delete: { messageIds: ['ours'] } });
  assert.deepEqual(await send(order, channel, tools), { platformIds: [] });
});

test('a new group is known by the id that Yandex gives it', async () => {
  const order = orderTo('new:0b5e6c1e', { group: { create: { title: 'Order 17' } } });
  const sent = await send(order, channel, createMemoryTools({ fetch: fetchOf(takenBy) }));
  assert.deepEqual(sent, { platformIds: [], migratedPlatformId: '0/0/aaaabbbb' });
});
