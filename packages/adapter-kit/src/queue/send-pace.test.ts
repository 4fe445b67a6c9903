import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capabilities, ConversationKind, ConversationRef } from '@trunkline/contracts';
import type { ChannelAccess } from '../channel.ts';
import { createPacer } from './pacer.ts';
import { carriedIn, channelPace, conversationPace } from './send-pace.ts';

const { CONVERSATION_KIND_COMMENTS: comments, CONVERSATION_KIND_PRIVATE: direct } = ConversationKind;
const rates = (ratePerSecond: number, conversationRatePerSecond: number, conversationBurst = 0) =>
  Capabilities.fromPartial({ ratePerSecond, conversationRatePerSecond, conversationBurst });
const connector = {
  capabilities: rates(40, 5),
  capabilitiesByKind: { [comments]: rates(40, 1) },
  capabilitiesBySubchannel: { sms: rates(40, 1 / 6, 40) },
};
const ref = (more: Partial<ConversationRef>) => ConversationRef.fromPartial({ kind: direct, ...more });

test('a conversation is sent to at the pace of its own kind, or of its part of the world', () => {
  assert.deepEqual(channelPace(connector, undefined), { perSecond: 40, burst: 40 });
  assert.deepEqual(conversationPace(connector, undefined), { perSecond: 5, burst: 15 });
  assert.deepEqual(conversationPace(connector, ref({})), { perSecond: 5, burst: 15 });
  assert.deepEqual(conversationPace(connector, ref({ kind: comments })), { perSecond: 1, burst: 3 });
  assert.deepEqual(conversationPace(connector, ref({ subchannel: 'sms' })), { perSecond: 1 / 6, burst: 40 });
});

test('a rate that the connector gives for one conversation goes before', () => {
  const own = { ...connector, conversationRate: () => 1 / 3 };
  assert.deepEqual(conversationPace(own, ref({})), { perSecond: 1 / 3, burst: 1 });
});

test('whether a key of ours drops repeats is asked of the conversation: comments may have one where messages have none', () => {
  const keyed = Capabilities.fromPartial({ isSendIdempotent: true, sendKeySeconds: 600 });
  const mixed = { ...connector, capabilitiesByKind: { [comments]: keyed } };
  assert.equal(carriedIn(mixed, ref({})).isSendIdempotent, false);
  assert.equal(carriedIn(mixed, ref({ kind: comments })).sendKeySeconds, 600);
  assert.equal(carriedIn(mixed, undefined).isSendIdempotent, false);
});

test('a rate that a channel has by its settings goes before, and is heard of while it sends', () => {
  const own = { ...connector, channelRate: (settings: unknown) => (settings as { rate: number }).rate };
  const channelOf = (rate: number) => ({ settings: { rate } }) as ChannelAccess;
  assert.deepEqual(channelPace(own, channelOf(20)), { perSecond: 20, burst: 20 });
  assert.deepEqual(channelPace(own, undefined), { perSecond: 40, burst: 40 });
  let rate = 80;
  const pacer = createPacer(() => channelPace(own, channelOf(rate)), 1);
  const takenIn = (nowMs: number) => {
    let taken = 0;
    for (; pacer.readyAtMs('c', nowMs) <= nowMs; taken += 1) pacer.take('c', { perSecond: 0, burst: 1 }, nowMs);
    return taken;
  };
  assert.equal(takenIn(0), 80);
  rate = 20;
  assert.equal(takenIn(10_000), 20);
  assert.equal(takenIn(11_000), 20);
});
