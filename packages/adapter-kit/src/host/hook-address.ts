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
  /** True if the call also tells of the account of a channel that cannot be opened: the platform is to call again. */
  readonly isCut: boolean;
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
  const own = ownOf(parts, key);
  if (own !== undefined) {
    if (!(await isGenuine(parts, call, own))) throw forged();
    return { answering: own, calls: [{ channel: own, call }], isShared: false, isCut: false };
  }
  const { sharing, closed } = sharingOf(parts, key);
  if (sharing.length === 0) throw closed.length === 0 ? nothingHere() : cannotBeOpened();
  const isProved = provedOnce(parts, call);
  // Before anything of it is read: whoever can prove nothing costs hashes alone.
  const prover = await firstOf(askable(call, oneEach(parts.hook, sharing)), isProved);
  if (prover === undefined) throw forged();
  const calls: ChannelCall[] = [];
  const bodyOf = dividing(parts.hook, call);
  for (const divided of divide(bodyOf, call, sharing)) {
    if (await isProved(divided.channel)) calls.push(divided);
  }
  // A handshake tells of nobody, and what cannot be divided is kept by the others.
  const isCut = closed.some(({ accountId, accountName }) => (bodyOf?.(accountId, accountName)?.length ?? 0) > 0);
  return { answering: calls[0]?.channel ?? prover, calls, isShared: true, isCut };
}

/** Throws 'unavailable' where there is such a channel and it cannot be opened: what it is told now would be lost. */
function ownOf({ channels }: AddressParts, key: string): ChannelAccess | undefined {
  try {
    return channels.find(key);
  } catch (error) {
    throw cannotBeOpened(error);
  }
}

interface Sharing {
  readonly sharing: readonly ChannelAccess[];
  /** Those that cannot be opened. */
  readonly closed: readonly Pick<ChannelAccess, 'accountId' | 'accountName'>[];
}

function sharingOf({ channels, shared }: AddressParts, key: string): Sharing {
  const ids = shared(key);
  const sharing = ids.flatMap((id) => channels.ready(id) ?? []);
  if (sharing.length === ids.length) return { sharing, closed: [] };
  const open = new Set(sharing.map(({ id }) => id));
  return { sharing, closed: ids.flatMap((id) => (open.has(id) ? [] : (channels.entry(id) ?? []))) };
}

/** A channel that cannot be opened: a person must look, and the platform calls again meanwhile. */
export function cannotBeOpened(cause?: unknown): TrunklineError {
  return new TrunklineError('unavailable', 'a channel of this address cannot be opened now', { cause, certain: true });
}

type Divided = ReturnType<SharedHook['divide']>;

/** What cannot be divided may tell of anybody: everybody keeps it, with the reason. */
function* divide(
  bodyOf: Divided | undefined,
  call: RawCall,
  sharing: readonly ChannelAccess[],
): Generator<ChannelCall> {
  if (bodyOf === undefined) {
    for (const channel of askable(call, sharing)) yield { channel, call };
    return;
  }
  for (const channel of sharing) {
    const body = bodyOf(channel.accountId, channel.accountName);
    if (body !== undefined) yield { channel, call: { ...call, body } };
  }
}

/** Undefined for what cannot be divided. */
function dividing({ shared }: Hook, call: RawCall): Divided | undefined {
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
