import type { NatsConnection } from '@nats-io/transport-node';
import { bucketStream } from '@trunkline/contracts';
import { backoffMs, pause } from '../deadline.ts';
import type { StoredMessage } from './ports.ts';
import { watchReconnects } from './reconnects.ts';
import { openWatchSession } from './watch-session.ts';

/** One message of a bucket. */
export interface WatchedMessage {
  readonly key: string;
  /** Undefined when it tells that the key is gone. */
  readonly value: Uint8Array | undefined;
  /** Sequence in the bucket's stream: what an update of the key expects; 0 when the key vanished without a word. */
  readonly revision: number;
}

/** Header of a message of a bucket that holds no value but tells that its key is gone. */
export const operationHeader = 'KV-Operation';
/** The server's own word for a key that it removed itself. */
const markerHeader = 'Nats-Marker-Reason';

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
      const close = await openWatchSession(nats, {
        stream: bucketStream(watch.bucket),
        subject: `$KV.${watch.bucket}.${watch.filter}`,
        onMessage: (message) => tell(watchedMessage(watch.bucket, message)),
        onLoaded: loaded,
        onBroken: breakOff,
      });
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

function watchedMessage(bucket: string, { subject, data, sequence, header }: StoredMessage): WatchedMessage {
  const isGone = header(operationHeader) !== undefined || header(markerHeader) !== undefined;
  return { key: subject.slice(`$KV.${bucket}.`.length), value: isGone ? undefined : data, revision: sequence };
}
