import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { RawCall } from '@trunkline/adapter-kit';
import { createMemoryTools, fetchOf, jsonOf, type PlatformRequest, runConnectorSuite } from '@trunkline/testkit';
import { answer, confirms } from './hook.ts';
import connector from './index.ts';
import { send } from './send.ts';
import { channelFor } from './testing/desk.ts';
import { textTo } from './testing/orders.ts';
import { startWorld } from './testing/world.ts';

const token = '4dc2aa11-8a1fbb22-77cecc33';
const channel = channelFor('https://chatapi.viber.com', token);
const sent = '{"status":0,"status_message":"ok","message_token":5741311803571721087,"billing_status":1}';

runConnectorSuite({
  linkNames: ['senderAvatarUrl'],
  connector,
  fixturesFolder: fileURLToPath(new URL('./fixtures', import.meta.url)),
  channel,
  secrets: [token],
  forge: (genuine) => [
    { ...genuine, headers: {} },
    { ...genuine, headers: { 'x-viber-content-signature': 'f'.repeat(64) } },
    { ...genuine, body: Buffer.concat([genuine.body, Buffer.from(' ')]) },
  ],
  platform: () => ({ status: 200, body: sent }),
  shown,
  strict: async () => {
    const world = await startWorld({ now: everLater() });
    const conversation = { platformId: world.anna.id, kind: 'CONVERSATION_KIND_PRIVATE' };
    return {
      channel: world.channel,
      conversations: { '': conversation },
      [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
    };
  },
});

/** A clock on which nobody is ever written to too often. */
function everLater(): () => number {
  let now = Date.now();
  return () => {
    now += 60_000;
    return now;
  };
}

async function shown(asked: readonly PlatformRequest[]): Promise<unknown> {
  if (asked.length === 0) return null;
  return await Promise.all(asked.map(async (one) => ({ method: one.url.split('/pa/')[1], body: await jsonOf(one) })));
}

const callOf = (body: object): RawCall => ({
  ...{ method: 'POST', path: '', query: {}, headers: {}, receivedAtMs: 0 },
  body: Buffer.from(JSON.stringify({ timestamp: 1, message_token: 1, ...body })),
});
const user = { id: 'u1', name: 'Anna' };

test('whoever opens the conversation is welcomed in the answer, unless they are subscribed or nothing is to be said', () => {
  const welcoming = channelFor('https://chatapi.viber.com', token, { welcome: 'Hello!' });
  const opened = callOf({ event: 'conversation_started', user, subscribed: false });
  const { status, body = '' } = answer(opened, welcoming);
  assert.deepEqual([status, JSON.parse(body)], [200, { sender: { name: 'Sales' }, type: 'text', text: 'Hello!' }]);
  const others = [
    answer(opened, channel),
    answer(callOf({ event: 'conversation_started', user, subscribed: true }), welcoming),
    answer(callOf({ event: 'subscribed', user }), welcoming),
    answer({ ...opened, body: Buffer.from('no json') }, welcoming),
  ];
  for (const other of others) assert.deepEqual(other, { status: 200 });
});

test('what a person writes next proves that they have the message whose mark comes back', () => {
  const messageId = '0b5e6c1e-8a54-5f1c-9d55-000000000001';
  const next = (tracking_data: string) =>
    callOf({ event: 'message', sender: user, message: { type: 'text', text: 'thanks', tracking_data } });
  assert.deepEqual(confirms(next(`m:${messageId}.2`)), [
    { messageId, part: 2, conversationPlatformId: 'u1', platformIds: [] },
  ]);
  for (const foreign of ['', 'o17', 'm:not-an-id.0', `m:${messageId}`]) assert.deepEqual(confirms(next(foreign)), []);
  assert.deepEqual(confirms({ ...next(''), body: Buffer.from('no json') }), []);
});

test('a message that the app is too old for goes without its buttons; a general error is tried once more', async () => {
  const keyboard = { rows: [{ buttons: [{ text: 'Yes', reply: '' }] }] };
  for (const status of [13, 99]) {
    const asked: PlatformRequest[] = [];
    const answers = [JSON.stringify({ status, status_message: 'no' }), sent];
    const fetch = fetchOf(() => ({ status: 200, body: answers.shift() ?? '' }), asked);
    const { platformIds } = await send(textTo('u1', { keyboard }), channel, createMemoryTools({ fetch }));
    assert.deepEqual(platformIds, ['5741311803571721087'], 'the token is told to its last digit');
    const bodies = (await Promise.all(asked.map(jsonOf))) as object[];
    const haveButtons = bodies.map((body) => 'keyboard' in body && 'min_api_version' in body);
    assert.deepEqual(haveButtons, [true, status === 99]);
  }
});
