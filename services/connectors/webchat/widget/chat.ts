import type { Found } from '@trunkline/adapter-kit';
import type { Memory } from '@trunkline/adapter-kit/page';
import type { Entry } from '../entries.ts';
import type { ServerFrame } from '../frames.ts';
import type { Api } from './api.ts';
import { createAttachments } from './attachments.ts';
import { createConnection } from './connection.ts';
import type { Answer } from './links.ts';
import { emptyLog, type Item, type Log, lastTheirs, take, unreadAfter } from './log.ts';
import { createOutbox, newCid, type Waiting } from './outbox.ts';
import type { Texts } from './texts.ts';

/** How the widget looks and greets, as the company set it. */
export interface Look {
  readonly title: string;
  readonly greeting: string;
  readonly color: string;
  readonly maxFileMiB: number;
}

/** Everything that the window shows. */
export interface ChatState {
  readonly link: 'idle' | 'connecting' | 'online' | 'offline';
  /** Why the chat does not work here at all. */
  readonly refusal: string | undefined;
  readonly look: Look | undefined;
  readonly items: readonly Item[];
  /** What the log does not have yet; `isStored` once the server has said that it has it. */
  readonly waiting: readonly (Waiting & { readonly isStored?: boolean })[];
  readonly unread: number;
  /** The operator has read the visitor's messages up to this number. */
  readonly seenUpTo: number;
  readonly isTyping: boolean;
}

/** The chat of one visitor, apart from how it looks. */
export interface Chat {
  readonly state: () => ChatState;
  readonly subscribe: (listener: () => void) => () => void;
  /** Connects, unless it is connected. */
  readonly start: () => void;
  readonly write: (text: string, file?: File) => void;
  readonly press: (item: Item, payload: string, title: string) => void;
  readonly retry: (cid: string) => void;
  /** Takes back what was not sent. */
  readonly discard: (cid: string) => void;
  /** The visitor is typing. */
  readonly typing: () => void;
  /** Tries to connect now. */
  readonly reconnect: () => void;
  /** The window is open and seen: everything in it is read. */
  readonly markRead: () => void;
  readonly fileUrl: (url: string) => string;
  /** Address of a file that was attached on this page; undefined for others. */
  readonly preview: (cid: string) => string | undefined;
}

/** What a chat is made of. */
export interface ChatParts {
  readonly api: Api;
  readonly channel: string;
  readonly memory: Memory;
  readonly texts: Texts;
  readonly lang: string;
  readonly found: () => Found;
  readonly identity: unknown;
}

const typingMs = 6_000;
const typingTellMs = 4_000;
/** A link that is back within this time was never missed. */
const missedMs = 1_500;

/** Makes the chat; nothing is asked of the server until {@link Chat.start}. */
export function createChat(parts: ChatParts): Chat {
  const { api, memory } = parts;
  const outbox = createOutbox(memory);
  const attachments = createAttachments(parts, outbox);
  /** Acknowledged, and shown from here until they come back in the log. */
  const stored = new Map<string, Waiting>();
  const shownWaiting = () => {
    const acknowledged = [...stored.values()].map((waiting) => ({ ...waiting, isStored: true }));
    return [...acknowledged, ...outbox.all()];
  };
  const listeners = new Set<() => void>();
  let log: Log = emptyLog;
  let readUpTo = memory.get<number>('read') ?? 0;
  let visitorId = memory.get<string>('visitor');
  let typing: ReturnType<typeof setTimeout> | undefined;
  let missing: ReturnType<typeof setTimeout> | undefined;
  let toldTypingAt = 0;
  let state: ChatState = {
    link: 'idle',
    refusal: undefined,
    look: memory.get<Look>('look'),
    items: [],
    waiting: shownWaiting(),
    unread: 0,
    seenUpTo: 0,
    isTyping: false,
  };
  const show = (change: Partial<ChatState>) => {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  };
  const showTyping = (isTyping: boolean) => {
    clearTimeout(typing);
    if (isTyping) typing = setTimeout(() => show({ isTyping: false }), typingMs);
    show({ isTyping });
  };
  const onEvent = (frame: Extract<ServerFrame, { readonly t: 'event' }>) => {
    const event = frame.event as Entry;
    log = take(log, { ...frame, event });
    // What stands in the log is not yet on its way to the company: only the acknowledgement says so.
    if (event.from === 'visitor') stored.delete(event.frame.cid);
    else showTyping(false);
    show({ items: log.items, waiting: shownWaiting(), unread: unreadAfter(log, readUpTo) });
  };
  const onFrame = (frame: ServerFrame) => {
    if (frame.t === 'event') onEvent(frame);
    if (frame.t === 'typing') showTyping(frame.on);
    if (frame.t === 'seen') show({ seenUpTo: Math.max(state.seenUpTo, frame.upTo) });
  };
  const onAnswer = (answer: Answer) => {
    if (answer.t === 'ack') {
      const waiting = outbox.all().find(({ frame }) => frame.cid === answer.cid);
      if (waiting && answer.seq > log.cursor) stored.set(answer.cid, waiting);
      outbox.done(answer.cid);
    } else if (answer.cid !== undefined && answer.retryAfterMs === undefined) outbox.fail(answer.cid, answer.message);
    show({ waiting: shownWaiting() });
  };
  const connection = createConnection({
    ...parts,
    next: outbox.next,
    upload: async (token, waiting) => {
      const isUploaded = await attachments.upload(token, waiting);
      show({ waiting: shownWaiting() });
      return isUploaded;
    },
    onFrame,
    onAnswer,
    cursor: () => log.cursor,
    onLink: (link) => {
      clearTimeout(missing);
      if (link !== 'online') showTyping(false);
      if (state.link === 'online' && link !== 'online') missing = setTimeout(() => show({ link }), missedMs);
      else show({ link });
      if (link === 'online' && readUpTo > 0) connection.tell({ t: 'read', upTo: readUpTo });
    },
    onRefusal: (refusal) => {
      // The reason is for whoever put the widget on the page, not for its visitors.
      console.error(`Chat: ${refusal}`);
      show({ refusal });
    },
    onSession: (session) => {
      if (visitorId !== undefined && session.visitorId !== visitorId) {
        log = emptyLog;
        readUpTo = 0;
      }
      visitorId = session.visitorId;
      memory.set('visitor', visitorId);
      memory.set('look', session.settings);
      show({ look: session.settings, refusal: undefined, items: log.items });
    },
  });
  const add = (waiting: Waiting) => {
    outbox.add(waiting);
    show({ waiting: shownWaiting() });
    connection.wake();
  };
  return {
    state: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    start: connection.start,
    write: (text, file) => {
      const cid = newCid();
      const told = file && attachments.add(cid, file);
      const frame = { t: 'send' as const, cid, text, ...(file && { uploadId: cid }) };
      add({ frame, atMs: Date.now(), isUploaded: false, ...(told && { file: told }) });
    },
    press: ({ seq }, payload, title) => {
      if (seq === undefined) return;
      const frame = { t: 'press' as const, cid: newCid(), seq, payload, title: title.slice(0, 80) };
      add({ frame, atMs: Date.now(), isUploaded: false });
    },
    retry: (cid) => {
      outbox.retry(cid);
      show({ waiting: shownWaiting() });
      connection.wake();
    },
    discard: (cid) => {
      outbox.done(cid);
      show({ waiting: shownWaiting() });
    },
    typing: () => {
      if (Date.now() - toldTypingAt < typingTellMs) return;
      toldTypingAt = Date.now();
      connection.tell({ t: 'typing', on: true });
    },
    reconnect: connection.retry,
    markRead: () => {
      const upTo = lastTheirs(log);
      if (upTo <= readUpTo) return;
      readUpTo = upTo;
      memory.set('read', readUpTo);
      show({ unread: unreadAfter(log, readUpTo) });
      connection.tell({ t: 'read', upTo });
    },
    preview: attachments.preview,
    fileUrl: (url) => api.fileUrl(url, connection.token()),
  };
}
