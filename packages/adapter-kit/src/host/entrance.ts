import { type ChannelEvent, HookCall, type IngressItem, laneOf } from '@trunkline/contracts';
import type { Door } from '@trunkline/runtime';
import type { ChannelRef } from '../channel.ts';
import type { Hook, RawCall } from '../connector.ts';
import { ConnectorError } from '../connector-error.ts';

/** What was understood of a call. */
export interface Understood {
  readonly events: readonly ChannelEvent[];
  /** Why it was not understood; empty: it was. Holds nothing personal. */
  readonly parseError: string;
}

/** Understands a call: what the parser throws becomes the reason for parking. Never throws. */
export function understand(hook: Pick<Hook<never>, 'parse'>, call: RawCall, channel: ChannelRef): Understood {
  try {
    return { events: hook.parse(call, channel), parseError: '' };
  } catch (error) {
    return { events: [], parseError: reasonOf(error) };
  }
}

/** Words of the engine and of schemas may quote the body, so only a connector's own are told. */
function reasonOf(error: unknown): string {
  if (error instanceof ConnectorError) return `${error.code}: ${error.message}`;
  if (error instanceof SyntaxError) return 'malformed: the body is not valid JSON';
  return `malformed: the parser failed with ${error instanceof Error ? error.name : 'something else'}`;
}

/** What enters at the door. */
export interface Entering extends Understood {
  readonly raw: Uint8Array;
  readonly receivedAtMs: number;
  readonly traceparent: string | undefined;
}

/** Stores a call at the door; resolves once it is on disk. Rejects as {@link Door.enter} does. */
export async function enterCall(door: Pick<Door, 'enter'>, channel: ChannelRef, entering: Entering): Promise<void> {
  const { raw, events, parseError, receivedAtMs, traceparent = '' } = entering;
  const call = HookCall.create({
    channelId: channel.id,
    connector: channel.connector,
    raw: Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength),
    events: [...events],
    parseError,
  });
  const item: IngressItem = {
    receivedAt: new Date(receivedAtMs),
    traceparent,
    item: { $case: 'hookCall', value: call },
  };
  await door.enter(laneOf(channel.tenantId), item, channel.tenantId);
}
