import type * as proto from '@trunkline/contracts';
import { ChannelState } from '@trunkline/contracts';
import { invalidArgument } from '@trunkline/runtime';
import { channelStates } from '../domain/channel-health.ts';
import type { ChannelDocument } from '../store/documents.ts';

/** A channel as its owner sees it: of secrets, that they are there. Pure. */
export function channelView(document: ChannelDocument): proto.Channel {
  const { _id: id, tenantId, connector, name, lineId, isActive, settingsJson, hookUrl, createdAt } = document;
  const { accountId = '', accountName, deepLink, stateReason, warnings, state } = document;
  return {
    ...{ id, tenantId, connector, name, lineId, isActive, settingsJson, hookUrl, createdAt },
    ...{ accountId, accountName, deepLink, stateReason, warnings: [...warnings] },
    secrets: Object.fromEntries(document.secretNames.map((secret) => [secret, 'present'])),
    state: isActive ? channelStates[state] : ChannelState.CHANNEL_STATE_OFF,
    stateAt: document.stateAt,
    tokenEndsAt: document.tokenEndsAt ?? undefined,
  };
}

/** Settings as they are stored. Whether they fit the connector's schema the connector says. Pure. */
export function checkedSettings(settingsJson: string): string {
  try {
    const parsed: unknown = JSON.parse(settingsJson === '' ? '{}' : settingsJson);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return JSON.stringify(parsed);
  } catch {
    // Said below, together with everything else that is no object.
  }
  const description = 'Must be a JSON object, by the schema of the connector.';
  throw invalidArgument({ field: 'settings_json', description });
}

/** Secrets that a person gives: those that the connector asks for, and none that it makes itself. Pure. */
export function checkedSecrets(
  secrets: Readonly<Record<string, string>>,
  known: readonly string[],
): Record<string, string> {
  const unknown = Object.keys(secrets).filter((name) => !known.includes(name));
  if (unknown.length === 0) return { ...secrets };
  const asked = known.length === 0 ? 'none' : known.join(', ');
  throw invalidArgument({ field: 'secrets', description: `The connector asks for these secrets: ${asked}.` });
}
