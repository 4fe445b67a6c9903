import type { NatsConnection } from '@nats-io/transport-node';
import { buckets, directoryKeys } from '@trunkline/contracts';
import { watchBucket } from './watch-bucket.ts';

/** Whether the bus has room for more: the janitor says so, every door obeys. */
export interface Room {
  /** False above 85%: what is left belongs to the stages. True until something else is heard: the streams guard themselves. */
  isOpen(): boolean;
}

/** The two words of the flag. */
export const roomWords = { open: 'open', closed: 'closed' } as const;

/** Begins to watch the flag; `watching` ends, without an error, with the signal. */
export function watchRoom(
  nats: NatsConnection,
  signal: AbortSignal,
): { readonly room: Room; readonly watching: Promise<void> } {
  let word: string = roomWords.open;
  const watching = watchBucket(nats, {
    bucket: buckets.directory,
    filter: directoryKeys.room(),
    signal,
    onLoaded: () => {},
    onMessage: ({ value }) => {
      word = value === undefined ? roomWords.open : new TextDecoder().decode(value);
    },
  });
  return { room: { isOpen: () => word !== roomWords.closed }, watching };
}
