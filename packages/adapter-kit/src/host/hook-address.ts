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
  /** Who gets the call; nobody for an account that is not connected here. */
  readonly channels: readonly ChannelAccess[];
}

/** The most impatient messenger waits five seconds for its answer. */
const proofMs = 4_000;

/** A call for nobody's account is proved by one of those that share its address; more are not asked. */
const provedByMax = 5;

/**
 * Finds the channels of a call: the one that the address names, or those that share it and whose accounts the call tells
 * of. Throws `not_found` for an address of nobody, `bad_signature` for a call that is not the platform's.
 */
export async function addressedBy(parts: AddressParts, call: RawCall, key: string): Promise<Addressed> {
  const own = parts.channels.find(key);
  if (own !== undefined) {
    if (await isGenuine(parts, call, own)) return { answering: own, channels: [own] };
    throw forged();
  }
  const sharing = parts.shared(key).flatMap((id) => parts.channels.ready(id) ?? []);
  if (sharing.length === 0) throw nothingHere();
  const channels: ChannelAccess[] = [];
  for (const channel of toldOf(parts.hook, call, sharing)) {
    if (await isGenuine(parts, call, channel)) channels.push(channel);
  }
  const answering = channels[0] ?? (await firstGenuine(parts, call, sharing.slice(0, provedByMax)));
  return { answering, channels };
}

/** What cannot be read tells of nobody: the first one keeps it, with the reason. */
function toldOf({ shared }: Hook, call: RawCall, sharing: readonly ChannelAccess[]): readonly ChannelAccess[] {
  try {
    const accounts = shared?.accounts(call) ?? [];
    return accounts === 'all' ? sharing : sharing.filter(({ accountId }) => accounts.includes(accountId));
  } catch {
    return sharing.slice(0, 1);
  }
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
