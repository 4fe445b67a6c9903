import type { ClientFrame, LoggedFrame, ServerFrame } from '../frames.ts';
import type { Api } from './api.ts';

/** What the server says of one frame. */
export type Answer = Extract<ServerFrame, { readonly t: 'ack' | 'error' }>;

/** An open way to the server. */
export interface Link {
  /** Sends a frame of the log and gives what the server says of it; rejects when the link ends first. */
  readonly deliver: (frame: LoggedFrame) => Promise<Answer>;
  /** Sends what may be lost. */
  readonly tell: (frame: ClientFrame) => void;
  readonly close: () => void;
  /** Resolves when the link has ended, for whatever reason. */
  readonly ended: Promise<void>;
}

/** What a link needs to know. */
export interface LinkParts {
  readonly api: Api;
  readonly token: string;
  /** Number of the last entry that is known here. */
  readonly cursor: () => number;
  readonly onFrame: (frame: ServerFrame) => void;
}

/** The session's token is not valid any more: a new session is needed. */
export class SessionOver extends Error {
  override readonly name = 'SessionOver';
}

const openMs = 10_000;
const answerMs = 15_000;
const pingMs = 25_000;
const tokenInvalid = 4401;

/** Opens a WebSocket and asks for everything after the cursor. Rejects when it does not open. */
export async function openSocket({ api, token, cursor, onFrame }: LinkParts): Promise<Link> {
  const socket = new WebSocket(api.socketUrl(token));
  const ended = deferred<void>();
  const waiting = new Map<string, (answer: Answer | undefined) => void>();
  let isHeard = true;
  socket.addEventListener('message', ({ data }) => {
    isHeard = true;
    const frame = JSON.parse(String(data)) as ServerFrame;
    if ((frame.t === 'ack' || frame.t === 'error') && frame.cid !== undefined) waiting.get(frame.cid)?.(frame);
    onFrame(frame);
  });
  const tell = (frame: ClientFrame) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
  };
  // What the network swallowed in silence is noticed by the missing answer to a ping.
  const heartbeat = setInterval(() => {
    if (!isHeard) socket.close();
    isHeard = false;
    tell({ t: 'ping' });
  }, pingMs);
  const end = () => {
    clearInterval(heartbeat);
    for (const answer of waiting.values()) answer(undefined);
    ended.resolve();
  };
  const opened = new Promise<void>((done, failed) => {
    const timer = setTimeout(() => socket.close(), openMs);
    socket.addEventListener('open', () => {
      clearTimeout(timer);
      done();
    });
    socket.addEventListener('close', ({ code }) => {
      clearTimeout(timer);
      end();
      failed(code === tokenInvalid ? new SessionOver() : new Error('The socket was closed.'));
    });
  });
  await opened;
  tell({ t: 'hello', cursor: cursor() });
  const close = () => {
    socket.close();
    // A dead network never says goodbye.
    end();
  };
  const deliver = async (frame: LoggedFrame) => {
    const answer = deferred<Answer | undefined>();
    waiting.set(frame.cid, answer.resolve);
    const timer = setTimeout(close, answerMs);
    tell(frame);
    const given = await answer.promise;
    clearTimeout(timer);
    waiting.delete(frame.cid);
    if (given) return given;
    throw new Error('The link ended before the answer.');
  };
  return { deliver, tell, close, ended: ended.promise };
}

/** Asks again and again, where WebSockets do not get through. */
export function openPolling({ api, token, cursor, onFrame }: LinkParts): Link {
  const ending = new AbortController();
  const loop = async () => {
    while (!ending.signal.aborted) {
      const { events, seen } = await api.poll(token, cursor(), ending.signal);
      for (const event of events) onFrame(event);
      onFrame({ t: 'seen', upTo: seen });
    }
  };
  const end = () => ending.abort();
  return {
    deliver: async (frame) => {
      const answer = await api.send(token, frame).catch((error: unknown) => {
        end();
        throw error;
      });
      onFrame(answer);
      return answer as Answer;
    },
    tell: (frame) => {
      if (frame.t === 'read') api.send(token, frame).catch(() => {});
    },
    close: end,
    // The token ends with the session: the next link begins with a new one, and tries a socket again.
    ended: loop().then(end, end),
  };
}

/** Promise.withResolvers, which telephones of 2023 do not have. */
function deferred<Value>() {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
