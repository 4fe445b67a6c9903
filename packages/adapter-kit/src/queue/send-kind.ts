import {
  type EgressItem,
  type FileResult,
  type Media,
  MediaState,
  type SendOrder,
  type SendResult,
} from '@trunkline/contracts';
import type { Tracing } from '@trunkline/runtime';
import type { ChannelAccess } from '../channel.ts';
import type { Connector, Sent } from '../connector.ts';
import { asConnectorError, ConnectorError } from '../connector-error.ts';
import type { SendTools } from '../tools.ts';
import { afterDenial, createDeniedConversations, type DeniedConversations, deniedAgainMs } from './denied.ts';
import { fitPictures, type PicturesParts } from './fit-pictures.ts';
import type { QueueKind, RunTools } from './lane.ts';
import type { Ending, QueuedOrder } from './order.ts';
import { bringFiles, failedFiles, type OwnFilesParts } from './own-files.ts';
import { createPacer } from './pacer.ts';
import { forEver, keySecondsOf } from './send-key.ts';
import { channelPace, conversationPace } from './send-pace.ts';
import {
  failedResult,
  isUnknown,
  makesGroup,
  makesSomething,
  mayBeThere,
  partOf,
  sendOf,
  sentResult,
} from './send-result.ts';
import type { SentMessages } from './sent-messages.ts';
import { pausedIn, type SharedPauses } from './shared-pauses.ts';
import { verdictOf } from './verdict.ts';
import { sendWatched } from './watched-send.ts';

/** What sending needs. */
export interface SendParts {
  readonly name: string;
  readonly connector: Connector;
  readonly sent: SentMessages;
  readonly tracing: Tracing;
  readonly now: () => number;
  readonly settings: SendSettings;
  readonly shared: SharedPauses;
  /** The channel, ready to be called; undefined while it is off or cannot be opened. */
  readonly channel: (channelId: string) => ChannelAccess | undefined;
  readonly toolsOf: (order: SendOrder, channel: ChannelAccess, signal: AbortSignal) => SendTools;
  /** Stores a result at the door. */
  readonly report: (item: EgressItem, result: SendResult) => Promise<void>;
  /** Copies the company's own files; they are told of at the door too. */
  readonly ownFiles: OwnFilesParts;
  readonly pictures: PicturesParts;
  readonly reportFile: (item: EgressItem, result: FileResult) => Promise<void>;
  /** The platform has taken the account. Does not wait. */
  readonly onAccepted: (channel: ChannelAccess) => void;
  /** Has it not been changed since it was opened? */
  readonly isPresent: (channel: ChannelAccess) => boolean;
  /** Does the platform, when it is asked now, accept the account all the same? */
  readonly isStillWell: (channel: ChannelAccess) => Promise<boolean>;
  /** The platform no longer accepts the account. */
  readonly onSignedOut: (channel: ChannelAccess, reason: string) => Promise<void>;
  /** Hears of each refusal. Does not wait. */
  readonly onRefusal: (error: ConnectorError, channel: ChannelAccess) => void;
  /** Hears of each try: its outcome is "sent" or an error code. */
  readonly onAttempt: (outcome: string, durationMs: number) => void;
}

/** Settings of sending. */
export interface SendSettings {
  /** Longest call to a platform, in milliseconds. */
  readonly timeoutMs: number;
  /** How long a send of unknown outcome waits for a proof before it is unknown for good, in milliseconds. */
  readonly doubtMs: number;
  /** How long an order that is refused alone is tried at least before it fails, in milliseconds. */
  readonly deniedMs: number;
  /** Conversations of a channel that are at work at once. */
  readonly slots: number;
}

const waitedTooLong = 'it waited longer than it may';
const unknownForGood = 'the platform may have it or not';
/** A channel that is off is looked at so often; its change is heard of at once. */
const channelOffMs = 30_000;
/** How often somebody in doubt looks for a proof. */
const doubtLookMs = 2_000;
const triedSoon = { kind: 'wait', delayMs: deniedAgainMs, scope: 'conversation', isTrouble: false } as const;
/** How soon it is looked again whether the lease is confirmed. */
const leaseLookMs = 250;

/** The same, and what one channel's queue remembers. */
interface ChannelParts extends SendParts {
  readonly deniedIn: DeniedConversations;
}

/** What a channel's queue of orders to send does. */
export function createSendKind(sendParts: SendParts, channelId: string): QueueKind {
  const parts = { ...sendParts, deniedIn: createDeniedConversations() };
  const { connector, settings, shared } = parts;
  return {
    pacer: createPacer(
      () => channelPace(connector, parts.channel(channelId)),
      settings.slots,
      () => shared.untilMs(channelId),
    ),
    paceOf: (order) => conversationPace(connector, order && sendOf(order).conversation),
    run: (order, tools) => runSend(parts, order, tools),
  };
}

async function runSend(parts: ChannelParts, order: QueuedOrder, tools: RunTools): Promise<Ending> {
  const send = sendOf(order);
  const now = parts.now();
  const isRepeatable = mayRepeat(parts, order, send);
  const former = await formerEnd(parts, order, tools);
  if (former !== undefined) return await finish(parts, order, former, tools);
  if (order.doubtSinceMs !== undefined) {
    const sinceMs = order.doubtSinceMs;
    const waitMs = isRepeatable ? parts.settings.timeoutMs : parts.settings.doubtMs;
    if (now < sinceMs + waitMs)
      return { kind: 'doubt', sinceMs, delayMs: Math.min(doubtLookMs, sinceMs + waitMs - now) };
  }
  if (mayBeThere(order) && !isRepeatable) {
    // It could be repeated until now, so nobody has waited for a proof of the last try yet.
    if (order.doubtSinceMs === undefined) return { kind: 'doubt', sinceMs: now, delayMs: doubtLookMs };
    return await failed(parts, order, new ConnectorError('unknown_outcome', unknownForGood), tools);
  }
  if (now >= order.expiresAtMs) {
    const code = isUnknown(order, send) ? 'unknown_outcome' : 'expired';
    return await failed(parts, order, new ConnectorError(code, waitedTooLong), tools);
  }
  const channel = parts.channel(order.item.channelId);
  if (channel === undefined) return { kind: 'wait', delayMs: channelOffMs, scope: 'channel', isTrouble: false };
  const startedAtMs = now;
  const trying: Call = { order, send, channel, isRepeatable: true };
  // Before it is marked as being sent: a fetch that was cut short is no message that may have arrived.
  const brought = await bringFiles(send, order.item.tenantId, parts.ownFiles).catch(asConnectorError);
  if (brought instanceof ConnectorError) {
    if (brought.code !== 'transient') await tellFiles(parts, order, failedFiles(send, brought), tools);
    return await ended(parts, trying, { outcome: brought, startedAtMs }, tools);
  }
  await tellFiles(parts, order, brought.copied, tools);
  const fitted = await fitPictures(brought.send, parts.pictures).catch(asConnectorError);
  if (fitted instanceof ConnectorError)
    return await ended(parts, { ...trying, send: brought.send }, { outcome: fitted, startedAtMs }, tools);
  if (keySecondsOf(parts.connector, send) !== forEver) await tools.mark(order.position);
  else if (order.isSeenBefore) await tools.confirm();
  else if (!tools.isOurs()) return { kind: 'wait', delayMs: leaseLookMs, scope: 'channel', isTrouble: false };
  return await call(parts, { ...trying, ...fitted, isRepeatable }, tools);
}

/**
 * What became of an order that is over already. Asked before every message: that it is over stands in MongoDB, and NATS may have
 * lost the cursor that says so, or come back from an older copy.
 */
async function formerEnd({ sent }: SendParts, order: QueuedOrder, tools: RunTools): Promise<SendResult | undefined> {
  const send = sendOf(order);
  const isNew = !order.isSeenBefore && order.doubtSinceMs === undefined;
  if (isNew && !makesSomething(send)) return undefined;
  return await tools.insist(() => sent.ended({ place: order.place, isAgain: send.isAgain }, partOf(order, send)));
}

/** May it be done twice: whatever writes no message, and what the platform drops as a repeat, as long as it knows the key. */
function mayRepeat(parts: SendParts, order: QueuedOrder, send: SendOrder): boolean {
  if (!makesSomething(send)) return true;
  // Platforms know messages again by a key, but no requests to make a group.
  if (makesGroup(send)) return false;
  const { settings, now } = parts;
  const keySeconds = keySecondsOf(parts.connector, send);
  if (keySeconds === 0 || keySeconds === forEver) return keySeconds > 0;
  // No try was made before it was decided, so the key is known at least until then. Of a first try, its repeat is meant.
  const knownUntilMs = (order.item.at?.getTime() ?? 0) + keySeconds * 1_000;
  return now() + settings.timeoutMs < knownUntilMs;
}

/** History and portal learn what became of the files. */
async function tellFiles(
  parts: SendParts,
  order: QueuedOrder,
  files: readonly Media[],
  tools: RunTools,
): Promise<void> {
  const { channelId, messageId } = partOf(order, sendOf(order));
  for (const media of files) {
    const reason = media.state === MediaState.MEDIA_STATE_STORED ? '' : 'media_failed';
    await tools.insist(() => parts.reportFile(order.item, { channelId, messageId, media, reason }));
  }
}

interface Call {
  readonly order: QueuedOrder;
  readonly send: SendOrder;
  readonly channel: ChannelAccess;
  readonly isRepeatable: boolean;
  /** What of it had to be degraded on the way out. */
  readonly degraded?: readonly string[];
}

interface Tried {
  readonly outcome: Sent | ConnectorError;
  readonly startedAtMs: number;
}

async function call(parts: ChannelParts, called: Call, tools: RunTools): Promise<Ending> {
  const { order, send, channel } = called;
  const startedAtMs = parts.now();
  const outcome = await sendWatched({ send, channel, traceparent: order.item.traceparent }, parts).catch(
    asConnectorError,
  );
  return await ended(parts, called, { outcome, startedAtMs }, tools);
}

async function ended(
  parts: ChannelParts,
  { order, send, channel, isRepeatable, degraded = [] }: Call,
  { outcome, startedAtMs }: Tried,
  tools: RunTools,
): Promise<Ending> {
  const durationMs = parts.now() - startedAtMs;
  const code = outcome instanceof ConnectorError ? outcome.code : 'sent';
  parts.onAttempt(code, durationMs);
  if (outcome instanceof ConnectorError) parts.onRefusal(outcome, channel);
  const { messageId, part } = partOf(order, send);
  tools.note({
    channelId: channel.id,
    messageId,
    part,
    at: new Date(startedAtMs),
    durationMs,
    outcome: code,
    platformIds: outcome instanceof ConnectorError ? [] : [...outcome.platformIds],
    traceparent: order.item.traceparent,
    attempt: order.attempts + 1,
  });
  if (!(outcome instanceof ConnectorError)) {
    parts.onAccepted(channel);
    if (makesSomething(send)) parts.deniedIn.delete(order.conversation);
    const result = { ...sentResult(order, send, outcome, startedAtMs), degraded: [...degraded] };
    return await finish(parts, order, result, tools);
  }
  const verdict = verdictOf(outcome, { attempt: order.attempts + 1, isRepeatable, random: Math.random() });
  if (verdict.next === 'fail') return await failed(parts, order, outcome, tools);
  if (verdict.next === 'doubt') return { kind: 'doubt', sinceMs: parts.now(), delayMs: doubtLookMs };
  if (verdict.isSignedOut) {
    const isWell = await parts.isStillWell(channel);
    // Somebody has signed in again meanwhile: what the former token was told says nothing of the new one.
    if (!parts.isPresent(channel)) return triedSoon;
    if (isWell) return await deniedAlone(parts, order, outcome, tools);
    await tools.insist(() => parts.onSignedOut(channel, outcome.message));
  }
  const scope = pausedIn(verdict, channel, parts);
  return { kind: 'wait', ...verdict, scope, isUnsure: code === 'unknown_outcome' && makesSomething(send) };
}

/**
 * The account is well, and yet this one order was refused as if it were not: it lacks a right. It fails for good when it is
 * refused again and again; the others go on meanwhile. Those behind it in its conversation fail by their first refusal, for an hour.
 */
async function deniedAlone(
  parts: ChannelParts,
  order: QueuedOrder,
  { message, platformCode }: ConnectorError,
  tools: RunTools,
): Promise<Ending> {
  const { deniedIn, settings } = parts;
  const isKnown = order.denied === undefined && deniedIn.has(order.conversation, parts.now());
  const after = afterDenial(order.denied, parts.now(), settings.deniedMs);
  if (after.next === 'wait' && !isKnown) return { ...triedSoon, delayMs: after.delayMs, denied: after.denied };
  deniedIn.add(order.conversation, parts.now());
  const detail = platformCode === undefined ? {} : { platformCode };
  return await failed(parts, order, new ConnectorError('permission', message, detail), tools);
}

async function failed(parts: SendParts, order: QueuedOrder, error: ConnectorError, tools: RunTools): Promise<Ending> {
  return await finish(parts, order, failedResult(order, sendOf(order), error), tools);
}

/** The result stands in the collection before it is told, and is told before the order is over. */
async function finish(parts: SendParts, order: QueuedOrder, result: SendResult, tools: RunTools): Promise<Ending> {
  const send = sendOf(order);
  const conversationPlatformId = result.migratedPlatformId || (send.conversation?.platformId ?? '');
  if (makesSomething(send)) await tools.insist(() => parts.sent.end(order.place, result, conversationPlatformId));
  await tools.insist(() => parts.report(order.item, result));
  return { kind: 'done' };
}
