import type { ConnectorEntry } from './gen/trunkline/directory/v1/directory_entry.ts';
import type { ConversationKind } from './gen/trunkline/message/v1/channel_event.ts';
import type { Capabilities } from './gen/trunkline/message/v1/message_service.ts';

/** What a conversation of a kind carries: the connector's own word for that kind, else what all of its channels carry. Pure. */
export function capabilitiesFor(
  connector: Pick<ConnectorEntry, 'capabilities' | 'capabilitiesByKind'> | undefined,
  kind: ConversationKind,
): Capabilities | undefined {
  return connector?.capabilitiesByKind[kind] ?? connector?.capabilities;
}
