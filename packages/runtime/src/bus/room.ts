import type { NatsConnection } from '@nats-io/transport-node';
import { buckets, directoryKeys } from '@trunkline/contracts';
import { pause } from '../deadline.ts';
import type { LogPort } from './ports.ts';
import { watchBucket } from './watch-bucket.ts';

/** Whether the bus has room for more: the janitor, delivery and the normalizer say so, every door obeys. */
export interface Room {
  /** False above 85%: what is left belongs to the stages. True until something else is heard: the streams guard themselves. */
  isOpen(): boolean;
  /** False while a tenant's portals hold more in the object store than they may: the others feel nothing of it. */
  isOpenTo(tenantId: string): boolean;
  /** False while nobody can go on reading what enters a lane, because the stream was lost or came back older. */
  isOpenIn(lane: number): boolean;
}

/** The two words of each flag. */
export const roomWords = { open: 'open', closed: 'closed' } as const;

/**
 * So long the door of a tenant or a lane stays closed without another word. Whoever closed it says it again while it is so: a
 * version that does not know how to, or none at all, must not leave the door closed for good.
 */
const closedForMs = 60_000;

/** Begins to watch the flags; `watching` ends, without an error, with the signal. `now` is monotonic. */
export function watchRoom(
  nats: NatsConnection,
  signal: AbortSignal,
  now = () => performance.now(),
): { readonly room: Room; readonly watching: Promise<void> } {
  const closed = new Map<string, number>();
  const isFresh = (name: string) => {
    const saidAtMs = closed.get(name);
    return saidAtMs !== undefined && now() - saidAtMs < closedForMs;
  };
  const watching = watchBucket(nats, {
    bucket: buckets.directory,
    filter: directoryKeys.allRoom(),
    signal,
    onLoaded: () => {},
    onMessage: ({ key, value }) => mark(closed, { name: key, value, atMs: now() }),
  });
  return {
    room: {
      isOpen: () => !closed.has(directoryKeys.room()),
      isOpenTo: (tenantId) => !isFresh(directoryKeys.tenantRoom(tenantId)),
      isOpenIn: (lane) => !isFresh(directoryKeys.laneRoom(lane)),
    },
    watching,
  };
}

const saidAgainMs = 20_000;

/** Keeps the door of a lane closed until the signal. Called by the normalizer when it cannot go on reading. Never rejects. */
export async function keepLaneClosed(
  bus: Pick<LogPort, 'publish'>,
  lane: number,
  { signal, onTrouble }: { readonly signal: AbortSignal; readonly onTrouble: (error: unknown) => void },
): Promise<void> {
  const subject = `$KV.${buckets.directory}.${directoryKeys.laneRoom(lane)}`;
  while (!signal.aborted) {
    const isSaid = await bus.publish(subject, Buffer.from(roomWords.closed)).then(
      () => true,
      (error: unknown) => onTrouble(error),
    );
    await pause(isSaid ? saidAgainMs : 1_000, signal);
  }
}

/** The flags of tenants, for the one who sets them. */
export interface TenantRooms {
  /** Tenants whose door is closed, as far as was heard, and when that was said last, by {@link openTenantRooms}' clock. */
  readonly closed: ReadonlyMap<string, number>;
  /** Closes a tenant's door for a minute, or opens it. Rejects with `unavailable`. */
  tell(tenantId: string, isOpen: boolean): Promise<void>;
  /** Ends, without an error, with the signal. */
  readonly watching: Promise<void>;
}

/** Begins to watch the flags of tenants. Called by delivery, once. `now` is monotonic. */
export function openTenantRooms(
  nats: NatsConnection,
  bus: Pick<LogPort, 'publish'>,
  signal: AbortSignal,
  now = () => performance.now(),
): TenantRooms {
  const closed = new Map<string, number>();
  const prefix = directoryKeys.tenantRoom('');
  const watching = watchBucket(nats, {
    ...{ bucket: buckets.directory, filter: directoryKeys.tenantRoom('*'), signal, onLoaded: () => {} },
    onMessage: ({ key, value }) => mark(closed, { name: key.slice(prefix.length), value, atMs: now() }),
  });
  return {
    closed,
    watching,
    tell: async (tenantId, isOpen) => {
      const word = Buffer.from(isOpen ? roomWords.open : roomWords.closed);
      await bus.publish(`$KV.${buckets.directory}.${directoryKeys.tenantRoom(tenantId)}`, word);
    },
  };
}

/** A word about a door, and when it was heard. */
interface Word {
  readonly name: string;
  readonly value: Uint8Array | undefined;
  readonly atMs: number;
}

/** Keeps what is closed. */
function mark(closed: Map<string, number>, { name, value, atMs }: Word): void {
  if (value !== undefined && new TextDecoder().decode(value) === roomWords.closed) closed.set(name, atMs);
  else closed.delete(name);
}
