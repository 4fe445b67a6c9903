import { randomUUID } from 'node:crypto';
import { type ChannelEvent, ConversationKind, Fact, MediaState, Origin, type StartContext } from '@trunkline/contracts';
import { tenantId } from './surroundings.ts';

/** What the platform calls a file: nobody outside may see it. */
export const source = {
  platformFileId: 'secret-file-id',
  url: 'https://api.platform.example/bot-token/secret',
  expiresAt: undefined,
  objectKey: 'object-key',
};

/** A file that is stored. */
export const media = { id: 'm1', mimeType: 'image/png', state: MediaState.MEDIA_STATE_STORED, source };

/** A fact of a portal's conversation. */
export function factOf(
  portalId: string,
  fact: Parameters<typeof Fact.fromPartial>[0]['fact'],
  id = randomUUID(),
): Fact {
  return Fact.fromPartial({
    ...{ id, tenantId, portalId, lineId: 'l1', channelId: 'ch1', connector: 'telegram', channelName: 'Bot' },
    ...{ conversationId: 'conversation-1', contactId: 'contact-1', at: new Date('2026-07-01T10:00:00Z'), fact },
  });
}

/** What an event of a test may say besides its kind. */
interface Received {
  readonly origin?: Origin;
  readonly targets?: string[];
  readonly id?: ReturnType<typeof randomUUID>;
  /** What brought the person, this time and the first time. */
  readonly context?: StartContext;
}

/** A channel event as it was received. */
export function received(
  portalId: string,
  event: ChannelEvent['event'],
  { origin = Origin.ORIGIN_CONTACT as Origin, targets = ['target-1'], id = randomUUID(), context }: Received = {},
): Fact {
  const sender = {
    platformId: 'u1',
    displayName: 'Anna',
    alternativeIds: { username: 'anna' },
    country: 'AM',
    avatar: media,
    source: context,
  };
  const sentAt = new Date('2026-07-01T09:59:59Z');
  const conversation = { platformId: 'chat-1', kind: ConversationKind.CONVERSATION_KIND_PRIVATE, title: 'Anna' };
  const value = {
    event: { id, channelId: 'ch1', origin, sender, conversation, context, sentAt, event },
    ...{ conversationNumber: 7, targetMessageIds: targets },
  };
  return factOf(portalId, { $case: 'received', value }, id);
}

/** A text of the contact. */
export function text(portalId: string, plain: string): Fact {
  const content = { kind: { $case: 'text' as const, value: { plain, marks: [] } } };
  const value = { content, reply: undefined, forward: undefined, albumId: '', keyboard: undefined };
  return received(portalId, { $case: 'message', value });
}
