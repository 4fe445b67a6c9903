import { setTimeout as pause } from 'node:timers/promises';
import { ConnectorError, type RawCall, type Tools } from '@trunkline/adapter-kit';
import type { Channel } from './api.ts';
import { missingComments } from './poll-comments.ts';
import { missingMessages } from './poll-messages.ts';
import { leaving, noteLeft } from './poll-missing.ts';
import { readHook } from './setup.ts';

/** From when on calls may be missing. */
interface Missed {
  readonly sinceMs: number;
  /** True if calls from before may be missing, too: nobody is asked for what is that old. */
  readonly isOlder?: boolean;
}

const heardKey = 'heard';
const missedKey = 'missed';
const minuteMs = 60_000;
const lookMs = minuteMs;
/** The platform gives a page up after some hour of failures: what it could not tell before is missing, too. */
const beforeMs = 2 * 60 * minuteMs;
/** How far it is looked back at most, and where nobody knows since when: an older question is answered by no one. */
const longestMs = 7 * 24 * 60 * minuteMs;
const unknownMs = 24 * 60 * minuteMs;
/** The note is changed by the probe and by the poll alone. */
const noteTries = 3;

/** The page is heard now: what is missed later, is missed since then. */
export async function noteHeard({ state, now }: Tools): Promise<void> {
  await state.put(heardKey, now());
}

/** The platform has given the page up: what was said meanwhile is to be fetched. Kept until it is. */
export async function noteMissed({ state, now }: Tools): Promise<void> {
  const heardMs = (await state.get<number>(heardKey))?.value;
  const wantedMs = heardMs === undefined ? now() - unknownMs : heardMs - beforeMs;
  const sinceMs = Math.max(wantedMs, now() - longestMs);
  const missed: Missed = { sinceMs, isOlder: wantedMs < sinceMs };
  for (let tries = 0; tries < noteTries; tries += 1) {
    // An outage within an outage begins with the first, and is noted all the same: a fetch under way may not have seen it.
    const former = await state.get<Missed>(missedKey);
    const isNoted = await state.put(missedKey, former?.value ?? missed, { ifRevision: former?.revision ?? 0 });
    if (isNoted) return;
  }
  throw new ConnectorError('transient', 'what was missed could not be noted');
}

/**
 * Fetches what the hook did not tell while the platform had given the page up, once the page is heard again. It comes in the
 * form of the hook and under the platform's ids, so what both tell is one event; what newer things have overtaken is late. What
 * lies beyond the bounds is said in words: {@link noteLeft}.
 */
export async function* poll(channel: Channel, tools: Tools): AsyncGenerator<RawCall> {
  while (!tools.signal.aborted) {
    const missed = await tools.state.get<Missed>(missedKey);
    if (missed !== undefined && (await readHook(channel, tools)) !== undefined) {
      const missing = leaving(missed.value.sinceMs);
      if (missed.value.isOlder === true) missing.leave('what is older than seven days');
      yield* missingMessages(channel, missing, tools);
      yield* missingComments(channel, missing, tools);
      await noteLeft(missing, tools);
      // Only the outage that was read is over: one that was noted meanwhile is fetched at the next look.
      const over = { ifRevision: missed.revision, expiresAtMs: tools.now() };
      await tools.state.put(missedKey, missed.value, over);
    }
    await pause(lookMs, undefined, { signal: tools.signal }).catch(() => {});
  }
}
