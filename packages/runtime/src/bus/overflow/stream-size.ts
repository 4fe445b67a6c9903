import type { NatsConnection } from '@nats-io/transport-node';
import { pause } from '../../deadline.ts';
import { createStreamAdmin } from '../stream-admin.ts';

const everyMs = 60_000;
const againMs = 5_000;

/** Follows how many bytes a stream may hold: infra may give it more at any time. `watching` ends with the signal and never rejects. */
export function watchStreamSize(
  nats: NatsConnection,
  { stream, signal, onTrouble }: WatchedSize,
): { readonly maxBytes: () => number | undefined; readonly watching: Promise<void> } {
  const admin = createStreamAdmin(nats);
  let maxBytes: number | undefined;
  const watch = async () => {
    while (!signal.aborted) {
      const isRead = await admin.room(stream).then(
        (room) => {
          maxBytes = room.maxBytes;
          return true;
        },
        (error: unknown) => {
          onTrouble(error);
          return false;
        },
      );
      await pause(isRead ? everyMs : againMs, signal);
    }
  };
  return { maxBytes: () => maxBytes, watching: watch() };
}

/** Which stream {@link watchStreamSize} follows. */
export interface WatchedSize {
  readonly stream: string;
  readonly signal: AbortSignal;
  readonly onTrouble: (error: unknown) => void;
}
