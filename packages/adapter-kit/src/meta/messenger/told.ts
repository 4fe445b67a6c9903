import { type ChannelEvent, ConversationKind, ConversationRef, Party, PartyScope } from '@trunkline/contracts';
import type { ChannelRef } from '../../channel.ts';
import { channelEvent, type NewEvent, orderByTime } from '../../event.ts';

/** What all events of one entry of a call have. */
export interface MetaUpdate {
  readonly channel: ChannelRef;
  readonly receivedAtMs: number;
  /** When the platform made the entry, in milliseconds since 1970. */
  readonly entryMs: number;
  /** Our app, where it is known and apps share threads. */
  readonly appId?: string | undefined;
  /** True if another app has the thread. */
  readonly isStandby?: boolean;
}

/** An event at a time of the platform, which is all that orders its events: it is held and sorted. Pure. */
export function tellAt(
  update: MetaUpdate,
  dedupeKey: string,
  atMs: number,
  told: Omit<NewEvent, 'dedupeKey' | 'order' | 'sentAt'>,
): ChannelEvent {
  const placed = { dedupeKey, order: orderByTime(atMs), sentAt: new Date(atMs) };
  const held = update.isStandby === true ? { isHeldElsewhere: true } : {};
  return channelEvent(update.channel, update, { ...placed, ...held, ...told });
}

/** A thread with one person. Pure. */
export function threadWith(platformId: string): ConversationRef {
  return ConversationRef.create({ platformId, kind: ConversationKind.CONVERSATION_KIND_PRIVATE });
}

/** A person as an account knows them: another account of the same app knows them by another id. Pure. */
export function metaParty(platformId: string, displayName = ''): Party {
  return Party.create({ platformId, displayName, scope: PartyScope.PARTY_SCOPE_CHANNEL });
}
