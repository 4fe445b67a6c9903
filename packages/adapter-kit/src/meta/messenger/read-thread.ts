import {
  ButtonPressed,
  type ChannelEvent,
  ChannelState,
  Content,
  ControlAction,
  ControlChanged,
  MessageWritten,
  Origin,
  Quote,
  ReceiptGiven,
  ReceiptState,
  StartContext,
} from '@trunkline/contracts';
import type { ConfirmedSend } from '../../connector.ts';
import { ConnectorError } from '../../connector-error.ts';
import { readAs } from '../../read-body.ts';
import { readMark } from '../own-mark.ts';
import { readContents } from './read-content.ts';
import * as shapes from './shapes.ts';
import { type MetaUpdate, metaParty, tellAt, threadWith } from './told.ts';
import { payloadOf } from './write-keyboard.ts';

type Told = Pick<ChannelEvent, 'event'> & Partial<Pick<ChannelEvent, 'platformId' | 'context' | 'origin'>>;

/** One event of a thread, as far as all kinds are alike. */
interface Happened {
  readonly update: MetaUpdate;
  readonly personId: string;
  readonly atMs: number;
  /** Done by the account itself: by its owner elsewhere, or by another app. */
  readonly isOwn: boolean;
}

const { RECEIPT_STATE_DELIVERED: delivered, RECEIPT_STATE_READ: read } = ReceiptState;
const { CONTROL_ACTION_TAKEN: taken, CONTROL_ACTION_PASSED: passed } = ControlAction;
const { CONTROL_ACTION_REQUESTED: requested, CONTROL_ACTION_RELEASED: released } = ControlAction;

/** What each kind tells, read from the field of its name. */
const kinds: Readonly<Record<string, (value: unknown, happened: Happened) => ChannelEvent[]>> = {
  message: (value, happened) => messageTold(readAs(shapes.messageSchema, value), happened),
  postback: (value, happened) => {
    const { mid, title = '', payload = '', referral } = readAs(shapes.postbackSchema, value);
    const context = contextOf(referral);
    const isStart = payload === 'GET_STARTED';
    const event: ChannelEvent['event'] = isStart
      ? { $case: 'start', value: { payload: referral?.ref ?? '' } }
      : { $case: 'press', value: ButtonPressed.create({ payload, title }) };
    const key = `${isStart ? 'start' : 'press'}:${mid ?? `${happened.personId}:${happened.atMs}`}`;
    return [told(happened, key, { event, context, platformId: mid ?? '' })];
  },
  referral: (value, happened) => {
    const referral = readAs(shapes.referralSchema, value);
    const event = { $case: 'start', value: { payload: referral.ref ?? '' } } as const;
    return [told(happened, `start:${happened.personId}:${happened.atMs}`, { event, context: contextOf(referral) })];
  },
  reaction: (value, happened) => {
    const { mid: targetPlatformId, action, reaction = '', emoji } = readAs(shapes.reactionSchema, value);
    const shown = emoji ?? (reaction === '' ? '' : `:${reaction}:`);
    const reactions = action === 'unreact' || shown === '' ? [] : [shown];
    const key = `reaction:${targetPlatformId}:${happened.personId}:${happened.isOwn}:${happened.atMs}`;
    return [told(happened, key, { event: { $case: 'reaction', value: { targetPlatformId, reactions } } })];
  },
  message_edit: (value, happened) => {
    const { mid: targetPlatformId, text: plain = '', num_edit: revision } = readAs(shapes.editSchema, value);
    const content = Content.fromPartial({ kind: { $case: 'text', value: { plain } } });
    const event = { $case: 'edit', value: { targetPlatformId, revision, content } } as const;
    return [told(happened, `edit:${targetPlatformId}:${revision}`, { event })];
  },
  delivery: (value, happened) => {
    const { mids: targetPlatformIds = [], watermark } = readAs(shapes.deliverySchema, value);
    const receipt = ReceiptGiven.create({ state: delivered, targetPlatformIds, upTo: String(watermark) });
    const key = ['delivered', happened.personId, watermark, ...targetPlatformIds.slice(0, 1)].join(':');
    return [receiptTold(happened, key, receipt)];
  },
  read: (value, happened) => {
    const { watermark, mid } = readAs(shapes.readSchema, value);
    if (watermark === undefined && mid === undefined) throw malformed('read: neither a message nor a time');
    const upTo = watermark === undefined ? '' : String(watermark);
    const receipt = ReceiptGiven.create({ state: read, upTo, targetPlatformIds: mid === undefined ? [] : [mid] });
    return [receiptTold(happened, `read:${happened.personId}:${mid ?? upTo}`, receipt)];
  },
  optin: (value, happened) => {
    const { type = 'optin', ref = '', notification_messages_status: status = '' } = readAs(shapes.optinSchema, value);
    const platformState = [type, status].filter(Boolean).join(': ').slice(0, 64);
    const event = { $case: 'subscription', value: { isAllowed: true, platformState } } as const;
    const context = ref === '' ? undefined : StartContext.create({ ref, source: 'plugin' });
    const key = `optin:${happened.personId}:${happened.atMs}`;
    const subscribed = told(happened, key, { event, context });
    // Who agrees in a plugin opens the window; who agrees to hear news, or takes that back, has a token for these alone.
    if (type !== 'optin') return [subscribed];
    return [
      subscribed,
      told(happened, `start:${key}`, { event: { $case: 'start', value: { payload: ref } }, context }),
    ];
  },
  pass_thread_control: (value, happened) => controlTold(passed, value, happened),
  take_thread_control: (value, happened) => controlTold(taken, value, happened),
  request_thread_control: (value, happened) => controlTold(requested, value, happened),
  app_roles: (value, happened) => {
    const roles = Object.entries(readAs(shapes.rolesSchema, value)).map(([app, all]) => `${app}: ${all.join(', ')}`);
    const reason = `The roles of apps are now ${roles.join('; ')}`.slice(0, 500);
    const event = { $case: 'channelState', value: { state: ChannelState.CHANNEL_STATE_OK, reason } } as const;
    const about = { conversation: undefined, origin: Origin.ORIGIN_SYSTEM, event };
    return [tellAt(happened.update, `roles:${happened.atMs}`, happened.atMs, about)];
  },
};

/**
 * What one event of a thread tells, of Messenger or of Instagram's direct messages. Nothing for the echo of what we sent
 * ourselves: {@link confirmedByEcho}. Throws ConnectorError 'unknown_kind' and 'malformed'. Pure.
 */
export function readThreadEvent(value: unknown, update: MetaUpdate): ChannelEvent[] {
  const { sender, recipient, timestamp: atMs = update.entryMs, ...rest } = readAs(shapes.threadEventSchema, value);
  const kind = Object.keys(rest).find((name) => Object.hasOwn(kinds, name));
  if (kind === undefined) throw new ConnectorError('unknown_kind', 'an event of a thread of an unknown kind');
  const isOwn = sender?.id === update.channel.accountId;
  const personId = (isOwn ? recipient?.id : sender?.id) ?? '';
  if (personId === '' && kind !== 'app_roles') throw malformed('sender: nobody is named');
  return kinds[kind]?.(rest[kind], { update, personId, atMs, isOwn }) ?? [];
}

/** Which of our own sends an event of a thread proves: an echo that brings our mark back. Pure. */
export function confirmedByEcho(value: unknown): ConfirmedSend[] {
  const message = shapes.messageSchema.safeParse(shapes.threadEventSchema.safeParse(value).data?.message).data;
  const mark = message?.is_echo === true ? readMark(message.metadata) : undefined;
  return mark === undefined || message === undefined ? [] : [{ ...mark, platformIds: [message.mid] }];
}

function messageTold(message: shapes.MetaMessage, happened: Happened): ChannelEvent[] {
  const { mid: platformId, text = '', quick_reply: answer, reply_to: answered } = message;
  if (message.is_echo === true && readMark(message.metadata) !== undefined) return [];
  const context = contextOf(message.referral);
  const about = { platformId, context };
  if (message.is_deleted === true) {
    const value = { targetPlatformIds: [platformId] };
    return [told(happened, `delete:${platformId}`, { ...about, event: { $case: 'delete', value } })];
  }
  const shared = answer === undefined ? undefined : sharedBy(answer.payload, text);
  if (answer !== undefined && shared === undefined) {
    const value = ButtonPressed.create({ payload: payloadOf(answer.payload), title: text });
    return [told(happened, `press:${platformId}`, { ...about, event: { $case: 'press', value } })];
  }
  const reply = answered?.mid === undefined ? undefined : Quote.create({ platformId: answered.mid });
  const contents = shared === undefined ? readContents(message, happened.update.channel.id) : [shared];
  return contents.map((content, index) => {
    const value = MessageWritten.create({ content, ...(reply !== undefined && index === 0 ? { reply } : {}) });
    const key = index === 0 ? `message:${platformId}` : `message:${platformId}:${index}`;
    return told(happened, key, { ...about, event: { $case: 'message', value } });
  });
}

/** A button that shares the person's own number or address answers with that alone. */
function sharedBy(payload: string, text: string): Content | undefined {
  if (payload !== text) return undefined;
  const isPhone = /^\+?\d{7,15}$/.test(payload);
  if (!isPhone && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(payload)) return undefined;
  const phones = isPhone ? [payload.startsWith('+') ? payload : `+${payload}`] : [];
  const card = { phones, emails: isPhone ? [] : [payload], isSelf: true };
  return Content.fromPartial({ kind: { $case: 'contactCards', value: { cards: [card] } } });
}

/** How the platform names what brought a person, and we. */
const sources: Readonly<Record<string, string>> = { ADS: 'ad', SHORTLINK: 'link', SHORTLINKS: 'link' };

function contextOf(referral: shapes.MetaReferral | undefined): StartContext | undefined {
  if (referral === undefined) return undefined;
  const { ref = '', source = '', ad_id: adId = '', ads_context_data: ad } = referral;
  const named = sources[source] ?? source.toLowerCase();
  return StartContext.create({ ref, source: named, adId, pageTitle: ad?.ad_title ?? '' });
}

function controlTold(action: ControlAction, value: unknown, happened: Happened): ChannelEvent[] {
  const told = readAs(shapes.controlSchema, value);
  const { previous_owner_app_id: from, new_owner_app_id: to, requested_owner_app_id: asking } = told;
  const isReleased = action === passed && to === null;
  const change = ControlChanged.create({
    action: isReleased ? released : action,
    ...{ fromApp: from ?? '', toApp: to ?? asking ?? '', metadata: told.metadata ?? '' },
  });
  const { update, personId, atMs } = happened;
  const about = { conversation: threadWith(personId), origin: Origin.ORIGIN_SYSTEM };
  const event = { $case: 'control', value: change } as const;
  // Who asks for it does not have it yet.
  const owner = action === requested || update.appId === undefined ? undefined : to;
  const held = owner === undefined ? {} : { isHeldElsewhere: owner !== null && owner !== update.appId };
  return [tellAt(update, `control:${change.action}:${personId}:${atMs}`, atMs, { ...about, ...held, event })];
}

function receiptTold({ update, personId, atMs }: Happened, key: string, receipt: ReceiptGiven): ChannelEvent {
  const about = { conversation: threadWith(personId), origin: Origin.ORIGIN_SYSTEM };
  return tellAt(update, key, atMs, { ...about, event: { $case: 'receipt', value: receipt } });
}

function told({ update, personId, atMs, isOwn }: Happened, key: string, { context, ...what }: Told): ChannelEvent {
  const who = isOwn ? { origin: Origin.ORIGIN_EXTERNAL } : { sender: metaParty(personId) };
  const about = { conversation: threadWith(personId), ...who, ...(context !== undefined && { context }) };
  return tellAt(update, key, atMs, { ...about, ...what });
}

function malformed(words: string): ConnectorError {
  return new ConnectorError('malformed', words);
}
