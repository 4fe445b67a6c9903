import {
  type ChannelRef,
  ConnectorError,
  channelEvent,
  type NewEvent,
  orderBySequence,
  type RawCall,
  readAs,
  readJson,
} from '@trunkline/adapter-kit';
import {
  type ChannelEvent,
  ConversationKind,
  ConversationRef,
  MessageWritten,
  Party,
  PartyScope,
  Quote,
  ReceiptGiven,
  ReceiptState,
  StartContext,
  Typing,
} from '@trunkline/contracts';
import { partnerSubchannel } from './capabilities.ts';
import { readContent } from './parse-content.ts';
import { callSchema, callTypes, headSchema, type NetworkCall } from './types.ts';
import { version } from './types-limits.ts';
import { lineConversation } from './verify-sides.ts';

type Told = Pick<NewEvent, 'event' | 'dedupeKey'> & Partial<NewEvent>;

/** What a call tells. What one writer says never meets what another says: its name stands in every dedupe key. */
export function parse(raw: RawCall, channel: ChannelRef): ChannelEvent[] {
  const json = readJson(raw.body);
  const { network, type } = readAs(headSchema, json);
  if (network !== version) throw new ConnectorError('unknown_kind', 'another version of the protocol');
  if (!callTypes.includes(type)) throw new ConnectorError('unknown_kind', 'a call of an unknown type');
  const call = readAs(callSchema, json);
  const told = toldOf(call, channel);
  if (told === undefined) return [];
  const common = {
    conversation: conversationOf(call),
    sender: senderOf(call),
    sentAt: new Date(call.at),
    order: orderBySequence('number' in call ? String(call.number) : 0),
    ...(call.side === 'line' ? {} : { subchannel: partnerSubchannel }),
  };
  return [channelEvent(channel, raw, { ...common, ...told, dedupeKey: `${call.from}:${told.dedupeKey}` })];
}

function toldOf(call: NetworkCall, { id: channelId }: ChannelRef): Told | undefined {
  const of = { channelId, from: call.from, atMs: call.at };
  switch (call.type) {
    case 'look':
      return undefined;
    case 'join': {
      const subscription = { isAllowed: true, platformState: 'joined' };
      const context = call.start === '' ? {} : { context: StartContext.create({ ref: call.start }) };
      return { dedupeKey: `join:${call.at}`, ...context, event: { $case: 'subscription', value: subscription } };
    }
    case 'leave': {
      const subscription = { isAllowed: false, platformState: 'left' };
      return { dedupeKey: `leave:${call.at}`, event: { $case: 'subscription', value: subscription } };
    }
    case 'moved': {
      // Where a line is now its partner keeps by itself.
      if (call.side === 'line') return undefined;
      const subscription = { isAllowed: true, platformState: 'moved' };
      return { dedupeKey: `moved:${call.at}`, event: { $case: 'subscription', value: subscription } };
    }
    case 'message': {
      const reply = call.replyTo === undefined ? {} : { reply: Quote.create({ platformId: call.replyTo }) };
      const value = MessageWritten.create({ content: readContent(call.content, of), ...reply });
      const dedupeKey = `message:${call.id}`;
      return { dedupeKey, platformId: call.number, event: { $case: 'message', value } };
    }
    case 'edit': {
      const content = readContent(call.content, of);
      const value = { targetPlatformId: call.target, revision: Number(call.number), content };
      return { dedupeKey: `edit:${call.id}`, event: { $case: 'edit', value } };
    }
    case 'delete':
      return {
        dedupeKey: `delete:${call.id}`,
        event: { $case: 'delete', value: { targetPlatformIds: call.targets } },
      };
    case 'reaction': {
      const value = { targetPlatformId: call.target, reactions: call.reactions };
      return { dedupeKey: `reaction:${call.id}`, event: { $case: 'reaction', value } };
    }
    case 'read': {
      const value = ReceiptGiven.create({ state: ReceiptState.RECEIPT_STATE_READ, upTo: call.upTo });
      return { dedupeKey: `read:${call.upTo}`, order: orderBySequence(call.upTo), event: { $case: 'receipt', value } };
    }
    case 'typing':
      return {
        dedupeKey: `typing:${call.at}`,
        event: { $case: 'typing', value: Typing.create({ isOn: call.isOn }) },
      };
  }
}

/** A partner's channel has one conversation; a line has one with each partner, which keeps where its answers go. */
function conversationOf({ side, from, address }: NetworkCall): ConversationRef {
  const kind = ConversationKind.CONVERSATION_KIND_PRIVATE;
  if (side === 'line') return ConversationRef.create({ platformId: lineConversation, kind });
  return ConversationRef.create({ platformId: from, kind, resumeToken: address, subchannel: partnerSubchannel });
}

function senderOf(call: NetworkCall): Party {
  const isBot = call.type === 'message' && call.isAutomatic;
  return Party.create({
    ...{ platformId: call.from, scope: PartyScope.PARTY_SCOPE_CHANNEL, displayName: call.name, isBot },
  });
}
