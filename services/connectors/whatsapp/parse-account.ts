import { readAs, readTemplateNews } from '@trunkline/adapter-kit';
import type { ChannelEvent, ChannelStateChanged } from '@trunkline/contracts';
import { ChannelState, Origin, SubscriptionChanged } from '@trunkline/contracts';
import { keyOf, partyOf, privateWith } from './parse-party.ts';
import { wordsOf } from './parse-status.ts';
import { tell, tellNews, type Update } from './parse-told.ts';
import { newsSchema, type PlatformError, preferencesSchema } from './types.ts';

const { CHANNEL_STATE_OK: ok, CHANNEL_STATE_DEGRADED: degraded, CHANNEL_STATE_BANNED: banned } = ChannelState;
const { CHANNEL_STATE_NEEDS_SIGN_IN: signedOut, CHANNEL_STATE_OFF: off } = ChannelState;

/** What happens to accounts and numbers, by the platform's word; whatever else is told is a warning. */
const states: Readonly<Record<string, ChannelState>> = {
  ...{ DISABLE: banned, DISABLED_UPDATE: banned, REINSTATE: ok, SCHEDULE_FOR_DISABLE: degraded },
  ...{ ACCOUNT_DELETED: off, PARTNER_REMOVED: signedOut, PARTNER_APP_UNINSTALLED: signedOut },
  ...{ ONBOARDING: ok, UPGRADE: ok, UNFLAGGED: ok, VERIFIED_ACCOUNT: ok, PARTNER_ADDED: ok },
  ...{ INFORMATIONAL: ok, PUBLISHED: ok, business_capability_update: ok },
};

/** News of the account, its numbers or its forms: how the channel is doing now, with all that was said as the reason. */
export function accountChanged(field: string, value: unknown, update: Update): ChannelEvent {
  const { ban_info, new_status, event, alert_severity } = readAs(newsSchema, value);
  const word = ban_info?.waba_ban_state ?? new_status ?? event ?? alert_severity ?? field;
  const state = (Object.hasOwn(states, word) ? states[word] : undefined) ?? degraded;
  const reason = `WhatsApp: ${[field.replaceAll('_', ' '), ...saidIn(value)].join(', ')}`.slice(0, 500);
  return stateChanged(field, value, { state, reason }, update);
}

/** A failure of the whole account, told without a message. */
export function accountFailed(error: PlatformError, update: Update): ChannelEvent {
  const reason = `WhatsApp: error ${error.code}, ${wordsOf(error)}`;
  return stateChanged('error', error, { state: degraded, reason }, update);
}

/** Somebody does not want advertising any more, or wants it again; everything else may be written as before. */
export function preferencesChanged(value: unknown, update: Update): ChannelEvent[] {
  const { user_preferences: all, contacts } = readAs(preferencesSchema, value);
  return all.map(({ wa_id: phone, user_id: userId, value: wish, timestamp }) => {
    const platformId = keyOf({ phone, userId });
    const state = SubscriptionChanged.create({ isAllowed: true, platformState: `advertising: ${wish}`.slice(0, 64) });
    const about = { conversation: privateWith({ phone, userId }), sender: partyOf({ phone, userId }, contacts) };
    const event = { $case: 'subscription', value: state } as const;
    return tell(update, `preference:${platformId}:${timestamp}:${wish.slice(0, 32)}`, timestamp, { ...about, event });
  });
}

/** The platform judged a template anew. What it does not say stays unsaid: the whole is fetched again. */
export function templateChanged(value: unknown, update: Update): ChannelEvent {
  const event = { $case: 'template', value: readTemplateNews(value).changed } as const;
  return tellNews(update, 'template', value, { conversation: undefined, origin: Origin.ORIGIN_SYSTEM, event });
}

function stateChanged(kind: string, value: unknown, change: ChannelStateChanged, update: Update): ChannelEvent {
  const event = { $case: 'channelState', value: change } as const;
  return tellNews(update, kind, value, { conversation: undefined, origin: Origin.ORIGIN_SYSTEM, event });
}

/** All words and numbers of a value, in its order. */
function saidIn(value: unknown): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(saidIn) : [];
}
