import type { ChannelEvent } from '@trunkline/contracts';
import { pause } from '@trunkline/runtime';
import type { SentMessages } from '../queue/sent-messages.ts';

/** Keeps the platform's ids of messages that came, for quotes and reactions, without anybody waiting for it. */
export interface ReceivedIds {
  /** Notes what a stored call told. */
  note(events: readonly ChannelEvent[]): void;
  /** Writes until the signal, then what is left. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

const mostWaiting = 10_000;
const atOnce = 500;
/** Short: a bot quotes, and a person's client marks as read, at once. */
const gatherMs = 50;
const troubleMs = 5_000;

/**
 * Makes the keeper. While the database is away the oldest ids are forgotten first: what is lost is only that an answer
 * quotes in words instead of natively.
 */
export function createReceivedIds(
  sent: Pick<SentMessages, 'received'>,
  onTrouble: (error: unknown) => void,
): ReceivedIds {
  const waiting: ChannelEvent[] = [];
  let wake = () => {};

  const write = async (signal: AbortSignal) => {
    while (waiting.length > 0) {
      const events = waiting.splice(0, atOnce);
      try {
        await sent.received(events);
      } catch (error) {
        onTrouble(error);
        if (signal.aborted) return;
        waiting.unshift(...events);
        await pause(troubleMs, signal);
      }
    }
  };

  return {
    note: (events) => {
      waiting.push(...events.filter(({ event }) => event?.$case === 'message'));
      waiting.splice(0, Math.max(0, waiting.length - mostWaiting));
      wake();
    },
    run: async (signal) => {
      while (!signal.aborted) {
        const next = Promise.withResolvers<void>();
        wake = next.resolve;
        signal.addEventListener('abort', wake, { once: true });
        if (waiting.length === 0) await next.promise;
        signal.removeEventListener('abort', wake);
        await pause(gatherMs, signal);
        await write(signal);
      }
    },
  };
}
