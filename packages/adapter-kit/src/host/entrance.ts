import { type ChannelEvent, HookCall, type IngressItem, laneOf } from '@trunkline/contracts';
import type { Door } from '@trunkline/runtime';
import type { ChannelRef, ParsedChannel } from '../channel.ts';
import type { Hook, RawCall } from '../connector.ts';
import { asParseFailure } from '../read-each.ts';

/** What was understood of a call. */
export interface Understood {
  readonly events: readonly ChannelEvent[];
  /** Why not all of it was; empty: it was. Holds nothing personal. */
  readonly parseError: string;
}

/** Understands a call: what the parser throws becomes the reason for parking. Never throws. */
export function understand(hook: Pick<Hook, 'parse'>, call: RawCall, channel: ParsedChannel): Understood {
  try {
    return { events: hook.parse(call, channel), parseError: '' };
  } catch (error) {
    const { code, message, understood } = asParseFailure(error);
    return { events: understood, parseError: `${code}: ${message}` };
  }
}

/** Is there anything to keep? A handshake, or a call about somebody else's account, tells nothing. Pure. */
export function tellsSomething({ events, parseError }: Understood): boolean {
  return events.length > 0 || parseError !== '';
}

/** What enters at the door. */
export interface Entering extends Understood {
  readonly raw: Uint8Array;
  readonly receivedAtMs: number;
  readonly traceparent: string | undefined;
}

/**
 * Stores a call at the door; resolves once it is on disk. What was understood of a strange call goes its way, and the call is
 * parked beside it, whole. A call that tells nothing is not stored. Rejects as {@link Door.enter} does.
 */
export async function enterCall(door: Pick<Door, 'enter'>, channel: ChannelRef, entering: Entering): Promise<void> {
  const { raw: bytes, events, parseError } = entering;
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const enter = (call: Pick<HookCall, 'raw' | 'events' | 'parseError'>) =>
    door.enter(laneOf(channel.tenantId), itemOf(channel, entering, call), channel.tenantId);
  const isStrange = parseError !== '';
  const entered = [
    events.length > 0 && enter({ raw: isStrange ? Buffer.alloc(0) : raw, events: [...events], parseError: '' }),
    isStrange && enter({ raw, events: [], parseError }),
  ];
  await Promise.all(entered);
}

function itemOf(channel: ChannelRef, { receivedAtMs, traceparent = '' }: Entering, call: Partial<HookCall>) {
  const value = HookCall.create({ channelId: channel.id, connector: channel.connector, ...call });
  const receivedAt = new Date(receivedAtMs);
  return { receivedAt, traceparent, item: { $case: 'hookCall', value } } satisfies IngressItem;
}
