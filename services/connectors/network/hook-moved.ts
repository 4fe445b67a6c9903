import type { ChannelAccess, ChannelState, Tools } from '@trunkline/adapter-kit';
import type { NetworkCall } from './types.ts';
import { lastPartOf, type Route, secretNames } from './verify-sides.ts';

const stateKey = 'line';
/** A call tells where its line is now, and an old one that somebody sends again where it was. */
const freshMs = 10 * 60_000;
/** By then a probe has tried the address, and it stands among the secrets. */
const keptMs = 60 * 60_000;

/** Where a line said last that it is. */
interface Told {
  readonly url: string;
  readonly atMs: number;
}

/**
 * A line that has moved is where its own signed calls say: kept until a probe has found it there. Never another line, never from
 * https to http, and never back by a call of the past.
 */
export async function noteMoved(call: NetworkCall, channel: ChannelAccess, { state, now }: MovedTools): Promise<void> {
  const known = channel.optionalSecret(secretNames.lineUrl) ?? '';
  const { side, from, address: url, at: atMs } = call;
  if (side !== 'line' || lastPartOf(url) !== from) return;
  if (known.startsWith('https:') && !url.startsWith('https:')) return;
  if (Math.abs(now() - atMs) > freshMs) return;
  const kept = await state.get<Told>(stateKey);
  // Where it is called anyway; but a line that was elsewhere meanwhile is back.
  if (url === known && (kept === undefined || kept.value.url === url)) return;
  if (kept !== undefined && kept.value.atMs >= atMs) return;
  await state.put(stateKey, { url, atMs }, { ifRevision: kept?.revision ?? 0, expiresAtMs: now() + keptMs });
}

/** The line was found just now, and where is kept elsewhere: what it said before of where it is has had its day. */
export async function forgetMoved({ state }: Pick<Tools, 'state'>): Promise<void> {
  await state.delete(stateKey);
}

/** The way to where the line is now. */
export async function whereItIs(route: Route, state: ChannelState): Promise<Route> {
  const told = await state.get<Told>(stateKey);
  return told === undefined ? route : { ...route, url: told.value.url };
}

type MovedTools = Pick<Tools, 'state' | 'now'>;
