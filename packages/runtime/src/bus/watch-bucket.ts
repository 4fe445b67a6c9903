import type { NatsConnection } from '@nats-io/transport-node';
import { backoffMs, pause } from '../deadline.ts';
import { watchReconnects } from './reconnects.ts';
import { openWatchSession, type WatchedMessage } from './watch-session.ts';

/** What {@link watchBucket} watches and whom it tells. */
export interface BucketWatch {
  readonly bucket: string;
  /** Keys, with wildcards of subjects. */
  readonly filter: string;
  /** Hears the value of each key, then every change; undefined: the key is gone. */
  readonly onMessage: (message: WatchedMessage) => void;
  /** Called each time when everything that is there was told: once at the start, and again after the bus was away. */
  readonly onLoaded: () => void;
  readonly signal: AbortSignal;
  /** Hears why it has to begin again. */
  readonly onTrouble?: ((error: unknown) => void) | undefined;
}

/**
 * Watches the keys of a bucket until the signal; never rejects. Whenever the watch cannot be trusted (a hole, a reconnect,
 * a missed heartbeat) it begins again and tells everything anew, and keys that are no more are told as gone.
 */
export async function watchBucket(nats: NatsConnection, watch: BucketWatch): Promise<void> {
  const { signal, onTrouble } = watch;
  const reconnects = watchReconnects(nats);
  const known = new Set<string>();
  for (let failures = 0; !signal.aborted; ) {
    const broken = Promise.withResolvers<void>();
    const breakOff = () => broken.resolve();
    const unlisten = reconnects.listen(breakOff);
    signal.addEventListener('abort', breakOff, { once: true });
    const seen = new Set<string>();
    const tell = (message: WatchedMessage) => {
      seen.add(message.key);
      if (message.value === undefined) known.delete(message.key);
      else known.add(message.key);
      watch.onMessage(message);
    };
    const loaded = () => {
      failures = 0;
      for (const key of [...known]) if (!seen.has(key)) tell({ key, value: undefined, revision: 0 });
      watch.onLoaded();
    };
    try {
      const session = { ...watch, onMessage: tell, onLoaded: loaded, onBroken: breakOff };
      const close = await openWatchSession(nats, session);
      await broken.promise;
      close();
    } catch (error) {
      onTrouble?.(error);
    }
    unlisten();
    signal.removeEventListener('abort', breakOff);
    failures += 1;
    if (!signal.aborted) await pause(backoffMs(failures, 50, 2_000, Math.random()), signal);
  }
}
