import {
  type ChannelRef,
  ConnectorError,
  channelEvent,
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
  Text,
} from '@trunkline/contracts';
import { updateSchema } from './types.ts';

/** What a hook call tells. */
export function parse(call: RawCall, channel: ChannelRef): readonly ChannelEvent[] {
  const { type, message } = readAs(updateSchema, readJson(call.body));
  if (type !== 'message' || message === undefined) throw new ConnectorError('unknown_kind', 'an update of an unknown kind');
  const { id, number, sentAt, from, text } = message;
  return [
    channelEvent(channel, call, {
      dedupeKey: `message:${id}`,
      platformId: id,
      order: orderBySequence(number),
      sentAt: new Date(sentAt),
      conversation: ConversationRef.create({ platformId: from.id, kind: ConversationKind.CONVERSATION_KIND_PRIVATE }),
      sender: Party.create({ platformId: from.id, scope: PartyScope.PARTY_SCOPE_GLOBAL, displayName: from.name }),
      event: {
        $case: 'message',
        value: MessageWritten.create({ content: { kind: { $case: 'text', value: Text.create({ plain: text }) } } }),
      },
    }),
  ];
}
