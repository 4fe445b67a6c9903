import { type ChannelEntry, ChannelEvent, ids, OrderScheme } from '@trunkline/contracts';
import { conversationOf, count, openConversation } from '../state/conversation.ts';
import type { ConversationDocument, HeldEvent, HoldDocument } from '../state/documents.ts';
import type { Turn } from '../turn.ts';
import { echoOf, mayBecomeEcho, scopeOf, takeEcho, tellRepeat } from './echo.ts';
import { addToHold, isOverfull } from './hold.ts';
import { placeEvent } from './place-event.ts';
import { takeReceipt } from './receipt.ts';
import { releaseFrom } from './release.ts';

/**
 * Takes one channel event: drops a repeat, holds what has to wait, gives everything else its place. One that is late, because
 * it was parked meanwhile, waits for nothing.
 */
export function takeEvent(turn: Turn, channel: ChannelEntry, event: ChannelEvent, isLate = false): void {
  if (isRepeat(turn, event)) tellRepeat(turn, channel, event, { formerId: event.id });
  else if (event.event?.$case === 'typing') showTyping(turn, channel, event);
  else if (event.event?.$case === 'receipt') takeReceipt(turn, channel, event, event.event.value);
  else takeOrdered(turn, channel, event, isLate);
}

function takeOrdered(turn: Turn, channel: ChannelEntry, event: ChannelEvent, isLate: boolean): void {
  const echoed = echoOf(turn, channel, event);
  const ref = event.conversation;
  if (echoed !== undefined) takeEcho(turn, channel, event, { ...echoed, wasHeld: false });
  else if (ref === undefined || ref.platformId === '')
    placeEvent(turn, channel, { event, platformIds: [], heldCount: 0 });
  else if (isLate) placeEvent(turn, channel, { event, platformIds: [event.platformId], heldCount: 0, isLate });
  else placeOrHold(turn, channel, event, openConversation(turn, channel, ref));
}

function placeOrHold(turn: Turn, channel: ChannelEntry, event: ChannelEvent, conversation: ConversationDocument): void {
  const held = heldOf(turn.draft.get('holds', conversation._id));
  const isByTime = event.order?.scheme === OrderScheme.ORDER_SCHEME_TIME;
  const albumId = event.event?.$case === 'message' ? event.event.value.albumId : '';
  // Older than what was released already: waiting would put nothing right.
  const isPast = isByTime && (event.order?.key ?? '') < (conversation.lastOrderKey ?? '');
  const echoUntilMs = mayBecomeEcho(turn, event, conversation) ? turn.nowMs + turn.settings.echoWaitMs : undefined;
  if (albumId === '' && echoUntilMs === undefined && (isPast || (held.length === 0 && !isByTime))) {
    placeEvent(turn, channel, { event, platformIds: [event.platformId], heldCount: 0 });
    return;
  }
  turn.draft.insert('events', { _id: event.id, channelId: channel.id, at: new Date(turn.nowMs) });
  turn.draft.put('conversations', count(turn, conversation, { accepted: 1, held: 1 }));
  const waiting = {
    event: ChannelEvent.encode(event).finish(),
    orderKey: event.order?.key ?? '',
    isByTime,
    albumId,
    traceparent: turn.traceparent,
    echoUntilMs,
  };
  const { holdMs, albumMs } = turn.settings;
  const entries = addToHold(held, waiting, { nowMs: turn.nowMs, holdMs, albumMs });
  const untilMs = isOverfull(entries) ? Number.POSITIVE_INFINITY : turn.nowMs;
  releaseFrom(turn, { _id: conversation._id, channelId: channel.id, entries }, untilMs);
}

function heldOf(hold: HoldDocument | undefined): readonly HeldEvent[] {
  return hold?.kind === 'events' ? hold.entries : [];
}

function isRepeat({ draft }: Turn, event: ChannelEvent): boolean {
  if (draft.get('events', event.id) !== undefined) return true;
  return event.event?.$case === 'message' && draft.get('messages', event.id) !== undefined;
}

/** Told and forgotten: it has no number, no place and no repeats worth finding. */
function showTyping(turn: Turn, channel: ChannelEntry, event: ChannelEvent): void {
  const id = ids.conversation(channel.id, event.conversation?.platformId ?? '');
  const conversation = conversationOf(turn.draft, id);
  turn.tally.events.accepted += 1;
  turn.tally.events.normalized += 1;
  if (conversation === undefined) return;
  const value = { event, conversationNumber: 0, targetMessageIds: [], isLate: false, isFirst: false };
  turn.say(scopeOf(turn, channel, conversation), { $case: 'received', value }, { id: event.id });
}
