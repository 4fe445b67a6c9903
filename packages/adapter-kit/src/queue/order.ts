import { EgressItem, type Position, Priority } from '@trunkline/contracts';
import { formatPosition } from '@trunkline/runtime';
import type { Denied } from './denied.ts';

/** One order of a queue, as it stands in the stream or among the held. */
export interface QueuedOrder {
  readonly position: Position;
  /** The position as text: unique in the connector's stream. */
  readonly place: string;
  readonly item: EgressItem;
  /** The item as it came. */
  readonly bytes: Uint8Array;
  /** What keeps its order: our id of the conversation; a file order is alone. */
  readonly conversation: string;
  readonly isInteractive: boolean;
  /** After this time it is no longer done, in milliseconds since 1970. */
  readonly expiresAtMs: number;
  /** How often it was tried. */
  readonly attempts: number;
  /** Since when nobody knows whether the platform has it; undefined: that is not in doubt. */
  readonly doubtSinceMs: number | undefined;
  /** True if a former try of ours may have reached the platform, which would drop a repeat while it remembers the key. */
  readonly isUnsure: boolean;
  /** Its refusals while the account was well; undefined: there were none. */
  readonly denied: Denied | undefined;
  /** True if it stood among the held: another owner may have ended it. */
  readonly isSeenBefore: boolean;
}

const dayMs = 24 * 60 * 60 * 1_000;

/** Reads an order. Throws when the bytes are none. Pure. */
export function readOrder(position: Position, bytes: Uint8Array): QueuedOrder {
  const item = EgressItem.decode(bytes);
  const { order } = item;
  if (order === undefined) throw new Error('an order of a kind that is not known here');
  const place = formatPosition(position);
  const expiresAt = order.$case === 'send' ? order.value.message?.expiresAt : undefined;
  return {
    position,
    place,
    item,
    bytes,
    conversation: order.$case === 'send' ? item.conversationId : place,
    // Orders to copy files have a queue of their own, where none of them makes way for another.
    isInteractive: order.$case !== 'send' || order.value.message?.priority !== Priority.PRIORITY_BULK,
    expiresAtMs: expiresAt?.getTime() ?? (item.at?.getTime() ?? 0) + dayMs,
    attempts: 0,
    doubtSinceMs: undefined,
    isUnsure: false,
    denied: undefined,
    isSeenBefore: false,
  };
}

/** What became of one try of an order. */
export type Ending =
  /** It is over, and whoever must know was told. */
  | { readonly kind: 'done' }
  /** To be tried again: its conversation waits, or the whole channel does. */
  | {
      readonly kind: 'wait';
      readonly delayMs: number;
      readonly scope: 'conversation' | 'channel';
      /** True if the platform did not answer as it should: too many in a row make the channel sick. */
      readonly isTrouble: boolean;
      /** True if the platform may have it all the same: see {@link QueuedOrder.isUnsure}. */
      readonly isUnsure?: boolean;
      /** Its refusals until now, where this was one. */
      readonly denied?: Denied;
    }
  /** Nobody knows whether the platform has it: asked again until somebody does. */
  | { readonly kind: 'doubt'; readonly sinceMs: number; readonly delayMs: number };
