import { type ChannelEntry, ChannelEvent, laneOf } from '@trunkline/contracts';
import { park } from '../park.ts';
import { conversationOf, count } from '../state/conversation.ts';
import type { ConversationDocument, EventHold, HeldEvent } from '../state/documents.ts';
import type { Turn } from '../turn.ts';
import { gatherAlbum } from './album.ts';
import { echoOf, mayBecomeEcho, takeEcho } from './echo.ts';
import { nextRelease, releaseDue } from './hold.ts';
import { placeEvent } from './place-event.ts';

/** Events that wait in one conversation. */
export type WaitingEvents = Pick<EventHold, '_id' | 'channelId' | 'entries'>;

/** Releases what is due of a conversation's held events, in order, and keeps the rest. */
export function releaseFrom(turn: Turn, { _id, channelId, entries }: WaitingEvents, nowMs: number): void {
  const channel = turn.directory.channel(channelId);
  const { released, waiting } = releaseDue(entries, nowMs);
  const dueAtMs = nextRelease(waiting);
  if (dueAtMs === undefined || channel === undefined) turn.draft.remove('holds', _id);
  else {
    const lane = laneOf(channel.tenantId);
    turn.draft.put('holds', { _id, kind: 'events', lane, channelId, dueAtMs, entries: waiting });
  }
  for (const entry of channel === undefined ? entries : released) release(turn, channel, _id, entry);
}

/** The result of a send was told: what waited for it in the conversation, because it could be its echo, waits no longer. */
export function releaseEchoes(turn: Turn, conversation: ConversationDocument): void {
  const hold = turn.draft.get('holds', conversation._id);
  const channel = turn.directory.channel(conversation.channelId);
  if (hold?.kind !== 'events' || channel === undefined) return;
  const entries = hold.entries.map((entry) => (isDecided(turn, channel, conversation, entry) ? freed(entry) : entry));
  if (entries.some((entry, index) => entry !== hold.entries[index]))
    releaseFrom(turn, { ...hold, entries }, turn.nowMs);
}

function isDecided(turn: Turn, channel: ChannelEntry, conversation: ConversationDocument, entry: HeldEvent): boolean {
  if (entry.echoUntilMs === undefined) return false;
  const events = entry.events.map((bytes) => ChannelEvent.decode(bytes));
  return !events.some((event) => mayBecomeEcho(turn, event, conversation) && !echoOf(turn, channel, event));
}

function freed({ echoUntilMs: _former, ...entry }: HeldEvent): HeldEvent {
  return entry;
}

/** One that cannot be placed is parked: those behind it must not wait for it for ever. */
function release(turn: Turn, channel: ChannelEntry | undefined, conversationId: string, entry: HeldEvent): void {
  try {
    if (channel === undefined) throw new Error('the channel is not known any more');
    turn.attempt(() => place(turn, channel, entry));
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'cannot be placed';
    for (const bytes of entry.events) park(turn, { code: 'poison', reason, bytes, channel });
    countParked(turn, conversationId, entry.events.length);
  }
}

function countParked(turn: Turn, conversationId: string, parked: number): void {
  const conversation = conversationOf(turn.draft, conversationId);
  if (conversation === undefined) return;
  turn.draft.put('conversations', count(turn, conversation, { held: -parked, parked }));
}

function place(turn: Turn, channel: ChannelEntry, { events, traceparent }: HeldEvent): void {
  const parts = events.map((bytes) => ChannelEvent.decode(bytes));
  const written = parts.filter((event) => {
    const echoed = echoOf(turn, channel, event);
    if (echoed !== undefined) takeEcho(turn, channel, event, { ...echoed, wasHeld: true });
    return echoed === undefined;
  });
  const album = gatherAlbum(written);
  if (album !== undefined) {
    const platformIds = written.map(({ platformId }) => platformId);
    placeEvent(turn, channel, { event: album, platformIds, heldCount: written.length, traceparent });
    return;
  }
  for (const event of written) {
    placeEvent(turn, channel, { event, platformIds: [event.platformId], heldCount: 1, traceparent });
  }
}
