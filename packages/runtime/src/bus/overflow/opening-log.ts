import { streams } from '@trunkline/contracts';
import type { LogPort, StoredMessage } from '../ports.ts';
import { type OverflowStore, overflowedBytesOf } from './overflow-store.ts';

/** Objects that are read at once. */
const atOnce = 8;

/**
 * The log of whoever sends a portal's events: the one place where a message that lies in the object store is read from there. A
 * message that the store does not have, or not as it was stored, comes as it stands in OUTBOX, as the last of its batch, and
 * `onDamaged` is told: whoever wants its events cannot have them. The feed shows messages as they stand: who reads it reads back what it cannot take.
 */
export function openingOverflow(
  log: LogPort,
  store: Pick<OverflowStore, 'open'>,
  onDamaged: (message: StoredMessage) => void = () => {},
): LogPort {
  const opened = async (message: StoredMessage): Promise<StoredMessage> => {
    if (overflowedBytesOf(message) === undefined) return message;
    const whole = await store.open(message);
    if (whole === undefined) onDamaged(message);
    return whole ?? message;
  };
  return {
    ...log,
    nextOf: async (stream, subject, from) => {
      const found = await log.nextOf(stream, subject, from);
      return found === undefined || stream !== streams.outbox ? found : await opened(found);
    },
    batchOf: async (stream, subject, from, limit) => {
      const found = await log.batchOf(stream, subject, from, limit);
      if (stream !== streams.outbox || found.every((message) => overflowedBytesOf(message) === undefined)) return found;
      const fitting = within(found, limit.bytes);
      const all: StoredMessage[] = [];
      for (let at = 0; at < fitting.length; at += atOnce) {
        all.push(...(await Promise.all(fitting.slice(at, at + atOnce).map(opened))));
        const unreadable = all.findIndex((message) => overflowedBytesOf(message) !== undefined);
        if (unreadable !== -1) return all.slice(0, unreadable + 1);
      }
      return all;
    },
  };
}

/** The first messages that fit, by what they weigh whole; always one. Pure. */
function within(messages: readonly StoredMessage[], mostBytes: number): readonly StoredMessage[] {
  let bytes = 0;
  const full = messages.findIndex((message, index) => {
    bytes += overflowedBytesOf(message) ?? message.data.length;
    return index > 0 && bytes > mostBytes;
  });
  return full === -1 ? messages : messages.slice(0, full);
}
