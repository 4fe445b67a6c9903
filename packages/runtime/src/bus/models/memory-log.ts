import { type LogPort, type PublishOptions, type StoredMessage, WrongLastSequence } from '../ports.ts';
import type { Actor, Turns } from './turns.ts';

/** Streams in memory, shared by all actors. */
export interface MemoryStreams {
  /** The messages of a stream. */
  of(stream: string): StoredMessage[];
  /** Stores a message in the stream that its subject belongs to. */
  append(subject: string, data: Uint8Array, options?: PublishOptions): { sequence: number; isDuplicate: boolean };
  /** Resolves when a stream has more than so many messages, or at the signal. */
  more(stream: string, than: number, signal: AbortSignal): Promise<void>;
}

/** Makes the streams; each takes the subjects that begin with one of its words. */
export function createMemoryStreams(
  words: Readonly<Record<string, readonly string[]>>,
  nowMs: () => number,
): MemoryStreams {
  const messages = new Map(Object.keys(words).map((name) => [name, [] as StoredMessage[]]));
  const waiting = new Set<() => void>();
  const of = (stream: string) => messages.get(stream) ?? [];
  return {
    of,
    append: (subject, data, { expectLastSubjectSequence, headers = {} } = {}) => {
      const word = subject.split('.')[0] ?? '';
      const stream = of(Object.keys(words).find((name) => words[name]?.includes(word)) ?? '');
      const last = stream.findLast((message) => message.subject === subject)?.sequence ?? 0;
      if (expectLastSubjectSequence !== undefined && expectLastSubjectSequence !== last) throw new WrongLastSequence();
      const sequence = stream.length + 1;
      stream.push({ sequence, subject, data, storedAtMs: nowMs(), header: (name) => headers[name] });
      for (const wake of [...waiting]) wake();
      return { sequence, isDuplicate: false };
    },
    more: async (stream, than, signal) => {
      while (of(stream).length <= than && !signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const wake = () => resolve();
        waiting.add(wake);
        signal.addEventListener('abort', wake);
        await promise;
        waiting.delete(wake);
        signal.removeEventListener('abort', wake);
      }
    },
  };
}

/** The log as one actor sees it. */
export function createMemoryLog(streams: MemoryStreams, turns: Turns, actor: Actor): LogPort {
  const read = <T>(effect: () => T): Promise<T> => turns.call(actor, ['lost'], effect);
  const found = (stream: string, subject: string) =>
    streams.of(stream).filter((message) => matches(subject, message.subject));
  return {
    publish: (subject, data, options) =>
      turns.call(actor, ['lost', 'unanswered', 'late'], () => streams.append(subject, data, options)),
    lastOf: (stream, subject) => read(() => found(stream, subject).at(-1)),
    nextOf: (stream, subject, from) => read(() => found(stream, subject).find(({ sequence }) => sequence >= from)),
    batchOf: (stream, subject, from, { messages }) =>
      read(() =>
        found(stream, subject)
          .filter(({ sequence }) => sequence >= from)
          .slice(0, messages),
      ),
    lastSequence: (stream) => read(() => streams.of(stream).length),
    feed: async function* ({ stream, subjects, afterSequence, signal }) {
      for (let at = afterSequence; !signal.aborted; ) {
        await streams.more(stream, at, signal);
        const chunk = await turns.call(actor, [], () => streams.of(stream).slice(at, at + 1 + turns.choose(3)));
        for (const message of chunk) {
          at = message.sequence;
          if (signal.aborted) return;
          if (subjects.some((subject) => matches(subject, message.subject))) yield message;
        }
      }
    },
  };
}

/** True when a subject is of a filter; `>` at its end is the only wildcard here. */
function matches(filter: string, subject: string): boolean {
  return filter.endsWith('>') ? subject.startsWith(filter.slice(0, -1)) : filter === subject;
}
