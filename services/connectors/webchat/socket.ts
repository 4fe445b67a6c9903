import type { Limit, Socket } from '@trunkline/adapter-kit';
import { refusedFrame } from './errors.ts';
import { createFollower } from './follow.ts';
import { cidIn, readFrame, type ServerFrame } from './frames.ts';
import { frameOfHint, visitorTopic } from './hints.ts';
import { freshToken, takeFrame, takeTyping, type VisitorOf } from './take.ts';

/** How much one visitor may send. */
export interface FrameLimits {
  readonly frames: Limit;
  readonly typing: Limit;
}

/** Serves one open widget: what it writes is taken in order, what comes for it is sent from the log, in order. */
export async function serveSocket(socket: Socket, of: VisitorOf, limits: FrameLimits): Promise<void> {
  const { host, channel, visitorId } = of;
  const say = (frame: ServerFrame) => socket.send(JSON.stringify(frame));
  const follower = createFollower(socket, of, say);
  host.tools(channel).hints.listen(
    visitorTopic(visitorId),
    (hint) => {
      const frame = frameOfHint(hint);
      if (frame) say(frame).catch(passOver);
      else follower.wake();
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
        following ??= follower.follow(frame.cursor).catch(() => socket.close(1011, 'try again'));
        break;
      case 'read':
        follower.read(frame.upTo);
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

/** A hint that is lost costs nothing: the next one says as much. */
function passOver(): void {}
