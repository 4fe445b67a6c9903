import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { RawCall } from '@trunkline/adapter-kit';
import {
  createMemoryTools,
  jsonOf,
  type PlatformAnswer,
  type PlatformRequest,
  runConnectorSuite,
} from '@trunkline/testkit';
import { answer, confirms } from './hook.ts';
import connector from './index.ts';
import { channelFor } from './testing/desk.ts';
import { startWorld } from './testing/world.ts';
import { verify } from './verify.ts';

const secrets = {
  token: 'vk1.a.token-that-must-not-be-told',
  hookSecret: 'S1ofTheFixtures',
  confirmationCode: 'a1b2c3d4',
};
const channel = channelFor('https://api.vk.com', secrets);

runConnectorSuite({
  connector,
  fixturesFolder: fileURLToPath(new URL('./fixtures', import.meta.url)),
  channel,
  secrets: Object.values(secrets),
  forge: (genuine) => [
    changed(genuine, { secret: 'guessed' }),
    changed(genuine, { group_id: 124 }),
    ...(Buffer.from(genuine.body).includes('"confirmation"') ? [] : [changed(genuine, { secret: undefined })]),
  ],
  platform: taken,
  shown: async (asked) => (asked.length === 0 ? null : await Promise.all(asked.map(shown))),
  strict: async () => {
    const world = await startWorld();
    const conversation = { platformId: String(world.anna.id), kind: 'CONVERSATION_KIND_PRIVATE' };
    const top = world.simulator.comment({ from: world.anna.id, text: 'How much?' });
    const place = `wall-${world.simulator.community.id}_11_${top}`;
    const comments = { platformId: place, kind: 'CONVERSATION_KIND_COMMENTS' };
    return {
      channel: world.channel,
      conversations: { '': conversation, comments },
      [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
    };
  },
});

function changed(call: RawCall, change: object): RawCall {
  const body = JSON.stringify({ ...(JSON.parse(Buffer.from(call.body).toString()) as object), ...change });
  return { ...call, body: Buffer.from(body) };
}

const answers: Readonly<Record<string, unknown>> = {
  'messages.send': [{ peer_id: 55_012_345, message_id: 9_002, conversation_message_id: 44 }],
  'photos.getMessagesUploadServer': { upload_url: 'https://pu.vk.com/upload/photo/1' },
  'docs.getMessagesUploadServer': { upload_url: 'https://pu.vk.com/upload/doc/1' },
  'photos.saveMessagesPhoto': [{ id: 457, owner_id: -123, access_key: 'ab12' }],
  'messages.createChat': { chat_id: 7, peer_ids: [55_012_345] },
  'messages.getInviteLink': { link: 'https://vk.me/join/AJQ1d' },
  'docs.getWallUploadServer': { upload_url: 'https://pu.vk.com/upload/doc/1' },
  'wall.createComment': { comment_id: 556, parents_stack: [555] },
  'docs.save': { type: 'doc', doc: { id: 88, owner_id: -123 } },
};

function taken({ url }: PlatformRequest): PlatformAnswer {
  if (url.endsWith('/upload/photo/1')) return { status: 200, body: { server: 1, photo: '[{"photo":"x"}]', hash: 'h' } };
  if (url.endsWith('/upload/doc/1')) return { status: 200, body: { file: 'doc|x' } };
  return { status: 200, body: { response: answers[url.split('/method/')[1] ?? ''] ?? 1 } };
}

async function shown(request: PlatformRequest): Promise<unknown> {
  const { access_token: _, v: __, ...params } = (await jsonOf(request)) as Record<string, unknown>;
  return { method: request.url.split('/method/')[1] ?? 'upload', params };
}

const callOf = (body: object): RawCall => ({
  ...{ method: 'POST', path: '', query: {}, headers: {}, receivedAtMs: 0 },
  body: Buffer.from(JSON.stringify({ group_id: 123, event_id: 'e', ...body })),
});

test('VK hears its code in the handshake, the last known where it does not say it, and "ok" of everything else', async () => {
  const said = async (call: RawCall) => (await answer(call, channel, createMemoryTools())).body;
  assert.equal(await said(callOf({ type: 'confirmation' })), 'a1b2c3d4');
  for (const type of ['message_new', 'message_hologram']) assert.equal(await said(callOf({ type })), 'ok');
  assert.equal(await said({ ...callOf({}), body: Buffer.from('no json') }), 'ok');
});

test('a handshake without a secret is let in by the number of the community alone, and nothing else is', () => {
  const handshake = callOf({ type: 'confirmation' });
  assert.equal(verify(handshake, channel), true);
  for (const change of [{ group_id: 124 }, { secret: 'guessed' }, { type: 'message_new' }]) {
    assert.equal(verify(changed(handshake, change), channel), false);
  }
});

test('our own message comes back with its mark and proves that VK has it; others prove nothing', () => {
  const messageId = '0b5e6c1e-8a54-5f1c-9d55-000000000001';
  const reply = (payload: string) =>
    callOf({
      type: 'message_reply',
      object: { date: 1, peer_id: 7, from_id: -123, conversation_message_id: 44, payload },
    });
  const proof = { messageId, part: 1, conversationPlatformId: '7', platformIds: ['44'] };
  assert.deepEqual(confirms(reply(`{"m":"${messageId}.1"}`)), [proof]);
  for (const foreign of ['', '{"m":"x"}', '{"b":"later"}']) assert.deepEqual(confirms(reply(foreign)), []);
});
