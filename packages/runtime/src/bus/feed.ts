import { LaneAlarm } from './alarm.ts';
import { machineClock, pause } from './clock.ts';
import { type FeedSession, type FeedSource, openFeedSession } from './feed-session.ts';
import { isTransient } from './patience.ts';
import type { FeedOptions, LogPort, StoredMessage } from './ports.ts';

/** After so long without a message the leader is asked whether there is none; each silent time adds as much, up to three times it. */
const idleMs = 5_000;
const longestIdleMs = 3 * idleMs;
const firstDelayMs = 100;
const longestDelayMs = 5_000;

/**
 * Reads in order and without gaps until the signal. The consumer behind it remembers nothing that matters: whenever it
 * cannot be trusted (a hole in its numbers, a reconnect, a missed heartbeat, a message that the leader has and it does not
 * show) it is made anew from our own position. Waits while the server is down. Rejects with the alarm `stream_lost` when the
 * stream ends before our position or holds another message there.
 */
export async function* readFeed(source: FeedSource, options: FeedOptions): AsyncGenerator<StoredMessage> {
  const { signal } = options;
  const place: Place = { after: options.afterSequence, last: undefined };
  for (let delayMs = firstDelayMs; !signal.aborted; ) {
    try {
      await requireStream(source.log, options.stream, place.after);
      await using session = await openFeedSession(source, options, firstSequence(place));
      for await (const message of messagesOf(session, source.log, options, place)) {
        delayMs = firstDelayMs;
        place.after = message.sequence;
        place.last = message;
        source.onShown?.(options.stream, message.sequence);
        yield message;
      }
    } catch (error) {
      if (!isTransient(error)) throw error;
    }
    await pause(machineClock, delayMs, signal);
    delayMs = Math.min(delayMs * 2, longestDelayMs);
  }
}

/** How far the feed is, and the message that stood there. */
interface Place {
  after: number;
  last: StoredMessage | undefined;
}

/** A remade consumer shows the last message again: it must be the same one. */
function firstSequence({ after, last }: Place): number {
  return last === undefined ? after + 1 : after;
}

async function* messagesOf(
  session: FeedSession,
  log: LogPort,
  options: FeedOptions,
  place: Place,
): AsyncGenerator<StoredMessage> {
  let waitMs = idleMs;
  /** The stream's end at which it was seen that nothing waits for us. */
  let clearTo = -1;
  while (!options.signal.aborted) {
    const next = await session.next(waitMs);
    if (next === 'broken') return;
    if (next === 'idle') {
      waitMs = Math.min(waitMs + idleMs, longestIdleMs);
      const last = await requireStream(log, options.stream, place.after);
      if (last !== clearTo && (await hasMore(log, options, place.after))) return;
      clearTo = last;
      continue;
    }
    waitMs = idleMs;
    if (next.sequence > place.after) yield next;
    else if (next.storedAtMs !== place.last?.storedAtMs)
      throw new LaneAlarm('stream_lost', `${options.stream} holds another message at ${next.sequence}`);
  }
}

/** The stream's last sequence. One that ends before our position was lost, or restored from an older copy. */
async function requireStream(log: LogPort, stream: string, after: number): Promise<number> {
  const last = await log.lastSequence(stream);
  if (last < after) throw new LaneAlarm('stream_lost', `${stream} ends at ${last}, we read up to ${after}`);
  return last;
}

async function hasMore(log: LogPort, { stream, subjects }: FeedOptions, after: number): Promise<boolean> {
  const found = await Promise.all(subjects.map((subject) => log.nextOf(stream, subject, after + 1)));
  return found.some((message) => message !== undefined);
}
