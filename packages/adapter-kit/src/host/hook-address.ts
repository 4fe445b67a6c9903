import { asTrunklineError, nothingHere, TrunklineError, timeLimit } from '@trunkline/runtime';
import type { ChannelAccess } from '../channel.ts';
import type { Hook, RawCall } from '../connector.ts';
import type { Tools } from '../tools.ts';
import type { Channels } from './channels.ts';
import type { SharedAddresses } from './shared-addresses.ts';

/** What finding the channels of a call needs. */
export interface AddressParts {
  readonly hook: Hook;
  readonly channels: Pick<Channels, 'find' | 'ready' | 'entry'>;
  readonly shared: SharedAddresses;
  readonly toolsOf: (channel: ChannelAccess, signal: AbortSignal) => Tools;
}

/** Whom a call is for. Each of them has proved for itself that the call is the platform's. */
export interface Addressed {
  /** Whose answer the platform hears. */
  readonly answering: ChannelAccess;
  /** The call as each of its channels gets it; none for an account that is not connected here. */
  readonly calls: readonly ChannelCall[];
  /** True if others have the same address. */
  readonly isShared: boolean;
}

/** A call as one channel gets it: with what is about its own account alone. */
export interface ChannelCall {
  readonly channel: ChannelAccess;
  readonly call: RawCall;
}

/** The most impatient messenger waits five seconds for its answer. */
const proofMs = 4_000;

/** A proof costs a hash of the body. So much is hashed for a call that names nobody, whoever sent it. */
const mostHashedBytes = 64 * 1024 * 1024;
const leastHashedBytes = 4 * 1024;

/**
 * Finds the channels of a call: the one that the address names, or those that share it and whose accounts the call tells
 * of. Throws `not_found` for an address of nobody, `bad_signature` for a call that is not the platform's.
 */
export async function addressedBy(parts: AddressParts, call: RawCall, key: string): Promise<Addressed> {
  const own = parts.channels.find(key);
  if (own !== undefined) {
    if (!(await isGenuine(parts, call, own))) throw forged();
    return { answering: own, calls: [{ channel: own, call }], isShared: false };
  }
  const sharing = parts.shared(key).flatMap((id) => parts.channels.ready(id) ?? []);
  if (sharing.length === 0) throw nothingHere();
  const calls: ChannelCall[] = [];
  for (const divided of divide(parts.hook, call, sharing)) {
    if (await isGenuine(parts, call, divided.channel)) calls.push(divided);
  }
  const answering = calls[0]?.channel ?? (await firstGenuine(parts, call, askable(call, sharing)));
  return { answering, calls, isShared: true };
}

/** What cannot be divided may tell of anybody: everybody keeps it, with the reason. */
function divide({ shared }: Hook, call: RawCall, sharing: readonly ChannelAccess[]): readonly ChannelCall[] {
  try {
    const bodyOf = shared?.divide(call) ?? (() => undefined);
    return sharing.flatMap((channel) => {
      const body = bodyOf(channel.accountId);
      return body === undefined ? [] : [{ channel, call: { ...call, body } }];
    });
  } catch {
    return askable(call, sharing).map((channel) => ({ channel, call }));
  }
}

function askable({ body }: RawCall, sharing: readonly ChannelAccess[]): readonly ChannelAccess[] {
  return sharing.slice(0, Math.floor(mostHashedBytes / Math.max(body.byteLength, leastHashedBytes)));
}

async function firstGenuine(
  parts: AddressParts,
  call: RawCall,
  sharing: readonly ChannelAccess[],
): Promise<ChannelAccess> {
  for (const channel of sharing) if (await isGenuine(parts, call, channel)) return channel;
  throw forged();
}

/** Throws 'unavailable' where the proof itself cannot be had now. */
async function isGenuine({ hook, toolsOf }: AddressParts, call: RawCall, channel: ChannelAccess): Promise<boolean> {
  try {
    using limit = timeLimit(proofMs);
    return await hook.verify(call, channel, toolsOf(channel, limit.signal));
  } catch (error) {
    const { code, message } = asTrunklineError(error);
    if (code !== 'transient' && code !== 'unavailable') return false;
    throw new TrunklineError('unavailable', message, { certain: true });
  }
}

function forged(): TrunklineError {
  return new TrunklineError('bad_signature', 'a hook call is not of the platform');
}
