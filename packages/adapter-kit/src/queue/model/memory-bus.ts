import { type FeedOptions, type LogPort, type StoredMessage, WrongLastSequence } from '@trunkline/runtime';

/** An array as the bus: the promises of the real one, without its delays. */
export interface MemoryBus {
  readonly messages: readonly StoredMessage[];
  /** The ports of one process; `op` decides whether and when each of its calls happens. */
  portOf(op: Op): LogPort;
  append(subject: string, data: Uint8Array): number;
  /** Loses what was written to these subjects, as a store does that comes back from an older copy. */
  lose(isLost: (subject: string) => boolean): void;
  /** Writes what stands under a subject once more, as dispatch does when its store lost that it has. */
  repeat(subject: string): void;
}

/** Lets a call happen, or never answers it. */
export type Op = <T>(run: () => T) => Promise<T>;

/** Makes an empty bus. */
export function createMemoryBus(): MemoryBus {
  const messages: StoredMessage[] = [];
  let lastSequence = 0;
  let news = Promise.withResolvers<void>();
  const append = (subject: string, data: Uint8Array) => {
    lastSequence += 1;
    const sequence = lastSequence;
    messages.push({ sequence, subject, data, storedAtMs: 0, header: () => undefined });
    news.resolve();
    news = Promise.withResolvers();
    return sequence;
  };
  const ofSubject = (subject: string, from = 1) =>
    messages.filter((message) => message.subject === subject && message.sequence >= from);
  const fits = (subject: string, filter: string) => filter.endsWith('>') && subject.startsWith(filter.slice(0, -1));

  async function* feed(op: Op, { subjects, afterSequence, signal }: FeedOptions): AsyncGenerator<StoredMessage> {
    let after = afterSequence;
    const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    while (!signal.aborted) {
      const next = messages.find(({ sequence, subject }) => sequence > after && fits(subject, subjects[0] ?? ''));
      if (next === undefined) await Promise.race([news.promise, ended]);
      else {
        after = next.sequence;
        yield await op(() => next);
      }
    }
  }

  return {
    messages,
    append,
    lose: (isLost) => {
      const kept = messages.filter(({ subject }) => !isLost(subject));
      messages.splice(0, messages.length, ...kept);
    },
    repeat: (subject) => {
      const former = ofSubject(subject);
      messages.splice(0, messages.length, ...messages.filter((message) => message.subject !== subject));
      for (const { data } of former) append(subject, data);
    },
    portOf: (op) => ({
      publish: (subject, data, { expectLastSubjectSequence } = {}) =>
        op(() => {
          const last = ofSubject(subject).at(-1)?.sequence ?? 0;
          const isExpected = (expectLastSubjectSequence ?? last) === last;
          if (!isExpected) throw new WrongLastSequence(`the last sequence is ${last}`);
          return { sequence: append(subject, data), isDuplicate: false };
        }),
      lastOf: (_stream, subject) => op(() => ofSubject(subject).at(-1)),
      nextOf: (_stream, subject, from) => op(() => ofSubject(subject, from)[0]),
      batchOf: (_stream, subject, from) => op(() => ofSubject(subject, from).slice(0, 3)),
      lastSequence: () => op(() => lastSequence),
      feed: (options) => feed(op, options),
    }),
  };
}
