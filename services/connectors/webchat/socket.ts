import type { Socket } from '@trunkline/adapter-kit';
import { type Entry, logOf } from './entries.ts';
import { refusedFrame } from './errors.ts';
import { cidIn, readFrame, type ServerFrame } from './frames.ts';
import { frameOfHint, visitorTopic } from './hints.ts';
import type { Limit } from './limits.ts';
import { freshToken, seenUpTo, takeFrame, takeReceipt, takeTyping, type VisitorOf } from './take.ts';

const pageSize = 100;
/** Hints may be lost: the log is looked into now and then all the same. */
const lookMs = 10_000;

/** How much one visitor may send. */
export interface FrameLimits {
  readonly frames: Limit;
  readonly typing: Limit;
}

/** Serves one open widget: what it writes is taken in order, what comes for it is sent from the log, in order. */
export async function serveSocket(socket: Socket, of: VisitorOf, limits: FrameLimits): Promise<void> {
  const { host, channel, visitorId } = of;
  const say = (frame: ServerFrame) => socket.send(JSON.stringify(frame));
  let wake = () => {};
  const ended = closed(socket.signal);
  const follow = async (cursor: number) => {
    let after = cursor;
    while (!socket.signal.aborted) {
      const next = Promise.withResolvers<void>();
      wake = next.resolve;
      const sent = await sendLog(after, of, say);
      if (sent > after) await takeReceipt('delivered', sent, of).catch(passOver);
      const isMore = sent - after >= pageSize;
      after = sent;
      if (isMore) continue;
      const timer = setTimeout(next.resolve, lookMs);
      await Promise.race([next.promise, ended]);
      clearTimeout(timer);
    }
  };
  const hello = async (cursor: number) => {
    await say({ t: 'seen', upTo: await seenUpTo(of) });
    await follow(cursor);
  };
  host.tools(channel).hints.listen(
    visitorTopic(visitorId),
    (hint) => {
      const frame = frameOfHint(hint);
      if (frame) say(frame).catch(passOver);
      else wake();
    },
    socket.signal,
  );
  let following: Promise<void> | undefined;
  for await (const text of socket.frames) {
    const frame = readFrame(text);
    if (typeof frame === 'string') {
      await say({ t: 'error', code: 'malformed', message: frame, ...cidIn(text) });
      continue;
    }
    switch (frame.t) {
      case 'ping':
        await say({ t: 'pong', token: freshToken(of) });
        break;
      case 'hello':
        following ??= hello(frame.cursor).catch(() => socket.close(1011, 'try again'));
        break;
      case 'read':
        await takeReceipt('read', frame.upTo, of).catch(passOver);
        break;
      case 'typing':
        if (limits.typing.take(visitorId, host.now()) === 0) await takeTyping(frame.on, of).catch(passOver);
        break;
      default:
        await say(await answered(frame, of, limits.frames));
    }
  }
  await following;
}

/** The answer to a frame that enters the log: an acknowledgement, or an error that says whether to try again. */
export async function answered(
  frame: Parameters<typeof takeFrame>[0],
  of: VisitorOf,
  limit: Limit,
): Promise<ServerFrame> {
  const { cid } = frame;
  const retryAfterMs = limit.take(of.visitorId, of.host.now());
  if (retryAfterMs > 0)
    return { t: 'error', code: 'rate_limited', message: 'Too many messages at once.', cid, retryAfterMs };
  try {
    return await takeFrame(frame, of);
  } catch (error) {
    return refusedFrame(error, cid);
  }
}

/** Sends a page of the log; gives the number of the last entry sent. */
async function sendLog(after: number, of: VisitorOf, say: (frame: ServerFrame) => Promise<void>): Promise<number> {
  const { host, channel, visitorId } = of;
  const entries = await host.tools(channel).state.read<Entry>(logOf(visitorId), after, pageSize);
  for (const { sequence, entry, atMs } of entries) await say({ t: 'event', seq: sequence, at: atMs, event: entry });
  return entries.at(-1)?.sequence ?? after;
}

function closed(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}

/** A receipt or a hint that is lost costs nothing: the next one says as much. */
function passOver(): void {}
