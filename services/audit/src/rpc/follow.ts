import type { FollowRequest, Hop } from '@trunkline/contracts';
import { type CallContext, everyTenant, invalidArgument, pause, tenantFor } from '@trunkline/runtime';
import { type AnyHop, hopKey } from '../domain/hops.ts';
import type { History } from '../kafka.ts';
import type { Passport } from '../store/passport.ts';
import { type GatherParts, gather, lastMessageId, type Target } from './gather.ts';

/** What the method needs. */
export interface FollowContext {
  readonly passport: Passport;
  readonly history: History;
}

const usualLimit = 200;
const largestLimit = 5_000;
const longestId = 512;
const pollMs = 400;
/** A stream that is open for days must not keep everything that it ever read. */
const mostKnown = 200;

/** Streams hops, oldest first; with is_live it goes on with new ones until the caller is gone. */
export async function* follow(
  request: FollowRequest,
  context: CallContext,
  { passport, history }: FollowContext,
): AsyncGenerator<Hop> {
  const { target, isLive } = request;
  requireTarget(target);
  const limit = Math.min(request.limit || usualLimit, largestLimit);
  const parts: GatherParts = { passport, history, limit, known: new Map(), tenantId: scopeOf(request, context) };
  const told = new Set<string>();
  let followed: Target | undefined;
  while (!context.signal.aborted) {
    // Whatever was last when somebody began to look: it must not change under their eyes.
    followed ??= await fixed(target, parts);
    const hops = followed === undefined ? [] : await gather(followed, parts);
    for (const hop of hops) {
      if (told.has(hopKey(hop))) continue;
      told.add(hopKey(hop));
      yield hop;
    }
    if (!isLive) return;
    forget(parts.known, told, hops);
    await pause(pollMs, context.signal);
  }
}

function requireTarget(target: FollowRequest['target']): asserts target is Target {
  if (target === undefined || target.value === '' || target.value === false) {
    throw invalidArgument({
      field: 'target',
      description: 'Say what to follow: id, last, portal_id or conversation_id.',
    });
  }
  if (typeof target.value === 'string' && target.value.length > longestId) {
    throw invalidArgument({ field: 'target', description: `An id has at most ${longestId} characters.` });
  }
}

/** An administrator who names no tenant sees all. */
function scopeOf({ tenantId }: FollowRequest, context: CallContext): string | undefined {
  const isEverybody = context.tenantScope === everyTenant && tenantId === '';
  return isEverybody ? undefined : tenantFor(context, tenantId);
}

async function fixed(target: Target, parts: GatherParts): Promise<Target | undefined> {
  if (target.$case !== 'last') return target;
  const id = await lastMessageId(parts);
  return id === undefined ? undefined : { $case: 'id', value: id };
}

function forget(known: GatherParts['known'], told: Set<string>, current: readonly AnyHop[]): void {
  for (const id of known.keys()) if (known.size > mostKnown) known.delete(id);
  if (told.size <= largestLimit * 2) return;
  const still = new Set(current.map(hopKey));
  for (const key of told) if (!still.has(key)) told.delete(key);
}
