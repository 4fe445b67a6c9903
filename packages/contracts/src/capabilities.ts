import type { ConnectorEntry } from './gen/trunkline/directory/v1/directory_entry.ts';
import type { ConversationRef } from './gen/trunkline/message/v1/channel_event.ts';
import type { Capabilities } from './gen/trunkline/message/v1/message_service.ts';

/** What of a conversation decides what it carries. */
export type CarryingConversation = Pick<ConversationRef, 'kind'> & Partial<Pick<ConversationRef, 'subchannel'>>;

/**
 * What a conversation carries: the connector's own word for its part of the world, or for its kind, else what all of its
 * channels carry. Pure.
 */
export function capabilitiesFor(
  connector:
    | Partial<Pick<ConnectorEntry, 'capabilities' | 'capabilitiesByKind' | 'capabilitiesBySubchannel'>>
    | undefined,
  { kind, subchannel = '' }: CarryingConversation,
): Capabilities | undefined {
  const { capabilities, capabilitiesByKind = {}, capabilitiesBySubchannel = {} } = connector ?? {};
  return capabilitiesBySubchannel[subchannel] ?? capabilitiesByKind[kind] ?? capabilities;
}
