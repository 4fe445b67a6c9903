import type { ClientFrame, ServerFrame } from '../frames.ts';
import type { OpenedSession } from '../session.ts';
import { type Api, Refused } from './api.ts';
import { backoffMs } from './backoff.ts';
import type { Found } from './found.ts';
import { type Answer, type Link, openPolling, openSocket, SessionOver } from './links.ts';
import type { Waiting } from './outbox.ts';
import type { Memory } from './storage.ts';

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
export interface ConnectionParts {
  readonly api: Api;
  readonly channel: string;
  readonly memory: Memory;
  readonly lang: string;
  readonly found: () => Found;
  readonly identity: unknown;
  /** What is to be sent next. */
  readonly next: () => Waiting | undefined;
  /** Uploads the file of a waiting frame; false when it was refused. Throws when it is to be tried again. */
  readonly upload: (token: string, waiting: Waiting) => Promise<boolean>;
  readonly cursor: () => number;
  readonly onFrame: (frame: ServerFrame) => void;
  readonly onAnswer: (answer: Answer) => void;
  readonly onLink: (link: 'connecting' | 'online' | 'offline') => void;
  readonly onSession: (session: OpenedSession) => void;
  /** The server does not want this page: trying again would not help. */
  readonly onRefusal: (sentence: string) => void;
}

/** Shorter than the life of a token, so that what was begun with it can end with it. */
const sessionMs = 4 * 60_000;
/** After so many sockets that did not open, asking is tried instead. */
const patience = 2;

/** Makes the connection; it stays as long as the page. One frame is on its way at a time: order cannot be lost. */
export function createConnection(parts: ConnectionParts): Connection {
  const { api, memory, onFrame, onLink } = parts;
  let session: { opened: OpenedSession; atMs: number } | undefined;
  /** The newest that is known: an open socket is given new ones. */
  let token = '';
  let link: Link | undefined;
  let isStarted = false;
  let closedSockets = 0;
  let wake = () => {};
  let retry = () => {};

  const openSession = async () => {
    if (session && Date.now() - session.atMs < sessionMs) return session.opened;
    const { channel, lang, identity } = parts;
    const resume = memory.get<string>('resume');
    const opened = await api.openSession({ channel, resume, lang, identity, ...parts.found() });
    memory.set('resume', opened.resume);
    token = opened.token;
    session = { opened, atMs: Date.now() };
    parts.onSession(opened);
    return opened;
  };
  const hear = (frame: ServerFrame) => {
    if (frame.t === 'pong') token = frame.token ?? token;
    else onFrame(frame);
  };
  const openLink = async () => {
    const linkParts = { api, token, cursor: parts.cursor, onFrame: hear };
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
      else await sendOne(open, waiting, (ms) => Promise.race([over, pause(ms, () => {})]));
    }
  };
  const sendOne = async (open: Link, waiting: Waiting, rest: (ms: number) => Promise<void>) => {
    if (waiting.file && !waiting.isUploaded && !(await parts.upload(token, waiting))) return;
    const answer = await open.deliver(waiting.frame);
    parts.onAnswer(answer);
    if (answer.t === 'error' && answer.retryAfterMs !== undefined) await rest(answer.retryAfterMs);
  };
  /** One session's work; true if it came to something. */
  const serve = async () => {
    let isServed = false;
    try {
      await openSession();
      link = await openLink();
      isServed = true;
      onLink('online');
      await sendAll(link);
    } catch (error) {
      if (error instanceof SessionOver || (error instanceof Refused && error.status === 401)) session = undefined;
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
    token: () => token,
  };
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
