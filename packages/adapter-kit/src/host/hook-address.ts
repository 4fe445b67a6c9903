import { asTrunklineError, nothingHere, TrunklineError, timeLimit } from '@trunkline/runtime';
import type { ChannelAccess } from '../channel.ts';
import type { Hook, RawCall, SharedHook } from '../connector.ts';
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
  const isProved = provedOnce(parts, call);
  // Before anything of it is read: whoever can prove nothing costs hashes alone.
  const prover = await firstOf(askable(call, oneEach(parts.hook, sharing)), isProved);
  if (prover === undefined) throw forged();
  const calls: ChannelCall[] = [];
  for (const divided of divide(parts.hook, call, sharing)) {
    if (await isProved(divided.channel)) calls.push(divided);
  }
  return { answering: calls[0]?.channel ?? prover, calls, isShared: true };
}

/** What cannot be divided may tell of anybody: everybody keeps it, with the reason. */
function* divide({ shared }: Hook, call: RawCall, sharing: readonly ChannelAccess[]): Generator<ChannelCall> {
  const bodyOf = dividing(shared, call);
  if (bodyOf === undefined) {
    for (const channel of askable(call, sharing)) yield { channel, call };
    return;
  }
  for (const channel of sharing) {
    const body = bodyOf(channel.accountId);
    if (body !== undefined) yield { channel, call: { ...call, body } };
  }
}

/** Undefined for what cannot be divided. */
function dividing(shared: Hook['shared'], call: RawCall): ReturnType<SharedHook['divide']> | undefined {
  try {
    return shared?.divide(call);
  } catch {
    return undefined;
  }
}

/** What a proof hangs on, where the connector tells it; else the channel alone. */
function proofOf({ shared }: Hook, channel: ChannelAccess): string {
  try {
    return shared?.proof?.(channel) ?? channel.id;
  } catch {
    // It has no secret, so it proves nothing: by itself.
    return channel.id;
  }
}

/** One channel of each proof. */
function oneEach(hook: Hook, sharing: readonly ChannelAccess[]): readonly ChannelAccess[] {
  const proving = new Map<string, ChannelAccess>();
  for (const channel of sharing) {
    const proof = proofOf(hook, channel);
    if (!proving.has(proof)) proving.set(proof, channel);
  }
  return [...proving.values()];
}

/** Hashes a call once for all channels of the same proof. */
function provedOnce(parts: AddressParts, call: RawCall): (channel: ChannelAccess) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  return (channel) => {
    const proof = proofOf(parts.hook, channel);
    const proving = known.get(proof) ?? isGenuine(parts, call, channel);
    known.set(proof, proving);
    return proving;
  };
}

function askable({ body }: RawCall, sharing: readonly ChannelAccess[]): readonly ChannelAccess[] {
  return sharing.slice(0, Math.floor(mostHashedBytes / Math.max(body.byteLength, leastHashedBytes)));
}

async function firstOf(
  channels: readonly ChannelAccess[],
  isProved: (channel: ChannelAccess) => Promise<boolean>,
): Promise<ChannelAccess | undefined> {
  for (const channel of channels) if (await isProved(channel)) return channel;
  return undefined;
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
