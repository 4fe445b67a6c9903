import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { MessageState, SendResult } from '@trunkline/contracts';
import { connectStore, createLogger, provision, type Store } from '@trunkline/runtime';
import { type Servers, startServers } from '@trunkline/testkit';
import { createSentMessages, forgetOldMessages, type SentMessages } from './sent-messages.ts';

const database = `sent_${randomUUID().slice(0, 8)}`;
const dayMs = 24 * 60 * 60 * 1_000;
const nowMs = 1_000_000;

let servers: Servers;
let store: Store;
let sent: SentMessages;
before(async () => {
  servers = await startServers({ nats: true, mongo: true, own: true });
  const { natsUrl, mongoUrl } = servers;
  const signal = AbortSignal.timeout(60_000);
  await provision({ natsUrl, mongoUrl, database, connectors: ['sample'], signal });
  const log = createLogger({ service: 'test', instance: 'one', level: 'silent' });
  store = await connectStore({ url: mongoUrl, database, appName: 'test', log, signal });
  sent = createSentMessages({ store, connector: 'sample', keptMs: 400 * dayMs, now: () => nowMs });
});
after(async () => {
  await store?.close();
  await servers?.stop();
});

const firstAt = (place: string) => ({ place, isAgain: false });
const proofOf = (messageId: string) => ({ messageId, part: 0, conversationPlatformId: 'bob', platformIds: ['77'] });

test('a proof counts in its own channel alone: nobody else can settle a send, or take its ids away', async () => {
  const messageId = randomUUID();
  const part = { channelId: 'ours', messageId, part: 0, parts: 1 };
  await sent.confirm('theirs', [proofOf(messageId)]);
  assert.equal(await sent.ended(firstAt('9:0'), part), undefined);

  const result = SendResult.create({ ...part, state: MessageState.MESSAGE_STATE_FAILED, platformIds: ['5'] });
  await sent.end('9:0', result, 'anna');
  await sent.confirm('theirs', [proofOf(messageId)]);
  assert.equal((await sent.ended(firstAt('9:0'), part))?.state, MessageState.MESSAGE_STATE_FAILED);
  assert.deepEqual(await sent.platformIdsOf('ours', messageId), [{ platformId: '5', conversationPlatformId: 'anna' }]);

  await sent.confirm('ours', [proofOf(messageId)]);
  assert.equal((await sent.ended(firstAt('9:0'), part))?.state, MessageState.MESSAGE_STATE_SENT);
});

test('ids of messages are forgotten by the database, at the time that the setting gives', async () => {
  await forgetOldMessages(store, 'sample');
  const messageId = randomUUID();
  await sent.confirm('ours', [proofOf(messageId)]);
  const kept = store.collection<{ _id: string; keptUntil: Date }>('sample_platform_messages');
  const found = await kept.findOne({ _id: `ours.${messageId}.0` });
  assert.equal(found?.keptUntil.getTime(), nowMs + 400 * dayMs);
  const indexes = await kept.indexes();
  assert.ok(indexes.some(({ key, expireAfterSeconds }) => key.keptUntil === 1 && expireAfterSeconds === 0));
});

test('an order that dispatch wrote again is over where the first one ended; one that a person has sent again is not, if it was unknown', async () => {
  const { MESSAGE_STATE_SENT, MESSAGE_STATE_UNKNOWN } = MessageState;
  const ended = async (state: MessageState, place: string, isAgain: boolean) => {
    const part = { channelId: 'ours', messageId: randomUUID(), part: 0, parts: 1 };
    await sent.end('9:0', SendResult.create({ ...part, state }), 'anna');
    return (await sent.ended({ place, isAgain }, part))?.state;
  };
  assert.equal(await ended(MESSAGE_STATE_SENT, '12:0', false), MESSAGE_STATE_SENT);
  assert.equal(await ended(MESSAGE_STATE_UNKNOWN, '12:0', false), MESSAGE_STATE_UNKNOWN);
  assert.equal(await ended(MESSAGE_STATE_UNKNOWN, '12:0', true), undefined);
  assert.equal(await ended(MESSAGE_STATE_UNKNOWN, '9:0', true), MESSAGE_STATE_UNKNOWN);
  assert.equal(await ended(MESSAGE_STATE_SENT, '12:0', true), MESSAGE_STATE_SENT);
});

test('ids are told of a whole message, in the order of its parts, and of one part', async () => {
  const messageId = randomUUID();
  for (const [part, platformIds] of [['5', '6'], ['7']].entries()) {
    const result = SendResult.create({ channelId: 'ours', messageId, part, parts: 2, platformIds });
    await sent.end(`9:${part}`, result, 'anna');
  }
  const told = async (part?: number) =>
    (await sent.platformIdsOf('ours', messageId, part)).map(({ platformId }) => platformId);
  assert.deepEqual(
    [await told(), await told(0), await told(1), await told(2)],
    [['5', '6', '7'], ['5', '6'], ['7'], []],
  );
});
