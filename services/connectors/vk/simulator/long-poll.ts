import { createHash } from 'node:crypto';
import type { DoubleRequest, Reaction, SimulatorWorld } from '@trunkline/testkit/simulator';
import type { Events } from './callback.ts';
import type { Community } from './community.ts';

const waitMaxSeconds = 90;

/** The key of a long poll; after it expired there is another one. */
export function pollKey({ token }: Community, expired: number): string {
  return createHash('sha1').update(`${token} ${expired}`).digest('hex');
}

/** Polls of one community. */
export interface LongPoll {
  /** How often the key has expired. */
  expired: number;
}

/** GET /whp/<community>?act=a_check&key=&ts=&wait=: what happened since `ts`, as soon as there is something. */
export async function poll(
  community: Community,
  { events, state, world }: { readonly events: Events; readonly state: LongPoll; readonly world: SimulatorWorld },
  { url }: DoubleRequest,
): Promise<Reaction> {
  const { key, ts = '', wait = '25' } = Object.fromEntries(url.searchParams);
  const { history } = events;
  const last = () => history.first + history.events.length;
  const answer = (body: object): Reaction => ({ status: 200, headers: { 'content-type': 'application/json' }, body });
  const broken = community.troubles.take(['events_lost', 'key_expired', 'poll_reset', 'poll_strange'])?.kind;
  if (broken === 'key_expired' || broken === 'poll_reset') state.expired += 1;
  if (broken === 'poll_strange') return answer({ failed: 4 });
  if (broken === 'poll_reset' || !/^\d+$/.test(ts)) return answer({ failed: 3 });
  if (key !== pollKey(community, state.expired)) return answer({ failed: 2 });
  const isLost = Number(ts) < history.first || Number(ts) > last();
  if (isLost || broken === 'events_lost') return answer({ failed: 1, ts: String(last()) });
  const limit = AbortSignal.timeout(Math.min(Number(wait), waitMaxSeconds) * 1_000);
  const signal = AbortSignal.any([world.ended, limit]);
  for (let seen = 0; Number(ts) === last() && !signal.aborted; ) seen = await community.chats.changed(seen, signal);
  return answer({ ts: String(last()), updates: history.events.slice(Number(ts) - history.first) });
}
