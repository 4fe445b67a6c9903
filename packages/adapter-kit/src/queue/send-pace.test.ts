import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capabilities, ConversationKind, ConversationRef } from '@trunkline/contracts';
import { channelPace, conversationPace } from './send-pace.ts';

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
  assert.deepEqual(channelPace(connector), { perSecond: 40, burst: 40 });
  assert.deepEqual(conversationPace(connector, undefined), { perSecond: 5, burst: 15 });
  assert.deepEqual(conversationPace(connector, ref({})), { perSecond: 5, burst: 15 });
  assert.deepEqual(conversationPace(connector, ref({ kind: comments })), { perSecond: 1, burst: 3 });
  assert.deepEqual(conversationPace(connector, ref({ subchannel: 'sms' })), { perSecond: 1 / 6, burst: 40 });
});

test('a rate that the connector gives for one conversation goes before', () => {
  const own = { ...connector, conversationRate: () => 1 / 3 };
  assert.deepEqual(conversationPace(own, ref({})), { perSecond: 1 / 3, burst: 1 });
});
