import type { ClientFrame, ServerFrame } from '../frames.ts';
import { Refused } from './api.ts';
import { backoffMs } from './backoff.ts';
import { type Answer, type Link, openPolling, openSocket, SessionOver } from './links.ts';
import type { Waiting } from './outbox.ts';
import { createSession, type SessionParts } from './session-holder.ts';

/** The way to the server that is always there or coming back. */
export interface Connection {
  readonly start: () => void;
  /** Something waits to be sent. */
  readonly wake: () => void;
  /** Tries now what would be tried after a while. */
  readonly retry: () => void;
  /** Sends what may be lost; nothing happens without a connection. */
  readonly tell: (frame: ClientFrame) => void;
  /** The session's token, for files; empty before the first session. */
  readonly token: () => string;
}

/** What {@link createConnection} wants. */
export interface ConnectionParts extends SessionParts {
  /** What is to be sent next. */
  readonly next: () => Waiting | undefined;
  /** Uploads the file of a waiting frame; false when it was refused. Throws when it is to be tried again. */
  readonly upload: (token: string, waiting: Waiting) => Promise<boolean>;
  readonly cursor: () => number;
  readonly onFrame: (frame: ServerFrame) => void;
  readonly onAnswer: (answer: Answer) => void;
  readonly onLink: (link: 'connecting' | 'online' | 'offline') => void;
  /** The server does not want this page: trying again would not help. */
  readonly onRefusal: (sentence: string) => void;
}

/** After so many sockets that did not open, asking is tried instead. */
const patience = 2;

/** Makes the connection; it stays as long as the page. One frame is on its way at a time: order cannot be lost. */
export function createConnection(parts: ConnectionParts): Connection {
  const { api, onFrame, onLink } = parts;
  const session = createSession(parts);
  let link: Link | undefined;
  let isStarted = false;
  let closedSockets = 0;
  let wake = () => {};
  let retry = () => {};

  const hear = (frame: ServerFrame) => {
    if (frame.t === 'pong') session.renew(frame.token);
    else onFrame(frame);
  };
  const openLink = async () => {
    const linkParts = { api, token: session.token(), cursor: parts.cursor, onFrame: hear };
    if (closedSockets >= patience) {
      closedSockets = 0;
      return openPolling(linkParts);
    }
    try {
      const socket = await openSocket(linkParts);
      closedSockets = 0;
      return socket;
    } catch (error) {
      if (navigator.onLine) closedSockets += 1;
      throw error;
    }
  };
  const sendAll = async (open: Link) => {
    let isOver = false;
    const over = open.ended.then(() => {
      isOver = true;
      wake();
    });
    while (!isOver) {
      const waiting = parts.next();
      if (!waiting) await Promise.race([over, pause(60_000, (early) => (wake = early))]);
      else
        await sendOne(parts, { open, token: session.token(), waiting }, (ms) =>
          Promise.race([over, pause(ms, () => {})]),
        );
    }
  };
  /** One session's work; true if it came to something. */
  const serve = async () => {
    let isServed = false;
    try {
      await session.open();
      link = await openLink();
      isServed = true;
      onLink('online');
      await sendAll(link);
    } catch (error) {
      if (error instanceof SessionOver || (error instanceof Refused && error.status === 401)) session.forget();
      if (!isServed && isFinal(error)) throw error;
    } finally {
      link?.close();
      link = undefined;
    }
    return isServed;
  };
  const run = async () => {
    let failures = 0;
    onLink('connecting');
    for (;;) {
      failures = (await serve()) ? 1 : failures + 1;
      onLink('offline');
      await pause(backoffMs(failures, Math.random()), (early) => {
        wake = () => {};
        retry = early;
        addEventListener('online', early, { once: true });
      });
    }
  };
  // The browser knows of a lost network long before a socket does.
  const onOffline = () => link?.close();
  return {
    start: () => {
      if (isStarted) return;
      isStarted = true;
      addEventListener('offline', onOffline);
      run().catch((error: unknown) => {
        isStarted = false;
        onLink('offline');
        parts.onRefusal(error instanceof Error ? error.message : '');
      });
    },
    wake: () => wake(),
    retry: () => retry(),
    tell: (frame) => link?.tell(frame),
    token: session.token,
  };
}

interface Sending {
  readonly open: Link;
  readonly token: string;
  readonly waiting: Waiting;
}

/** Sends what is next, its file before it; rests where the server asks for that. */
async function sendOne(
  { upload, onAnswer }: ConnectionParts,
  { open, token, waiting }: Sending,
  rest: (ms: number) => Promise<void>,
): Promise<void> {
  if (waiting.file && !waiting.isUploaded && !(await upload(token, waiting))) return;
  const answer = await open.deliver(waiting.frame);
  onAnswer(answer);
  if (answer.t === 'error' && answer.retryAfterMs !== undefined) await rest(answer.retryAfterMs);
}

/** Refusals that the next try would meet again. */
function isFinal(error: unknown): boolean {
  return error instanceof Refused && [400, 403, 404].includes(error.status);
}

/** Waits, or less: `onEarly` gets the function that ends it. */
function pause(ms: number, onEarly: (early: () => void) => void): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    onEarly(() => {
      clearTimeout(timer);
      done();
    });
  });
}
