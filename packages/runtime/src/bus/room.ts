import type { NatsConnection } from '@nats-io/transport-node';
import { buckets, directoryKeys } from '@trunkline/contracts';
import type { LogPort } from './ports.ts';
import { watchBucket } from './watch-bucket.ts';

/** Whether the bus has room for more: the janitor and delivery say so, every door obeys. */
export interface Room {
  /** False above 85%: what is left belongs to the stages. True until something else is heard: the streams guard themselves. */
  isOpen(): boolean;
  /** False while a tenant's portals hold more in the object store than they may: the others feel nothing of it. */
  isOpenTo(tenantId: string): boolean;
}

/** The two words of each flag. */
export const roomWords = { open: 'open', closed: 'closed' } as const;

/**
 * So long a tenant's door stays closed without another word. Delivery says it again while it is so: a version that does not know
 * how to, or none at all, must not leave the door closed for good.
 */
const closedForMs = 60_000;

/** Begins to watch the flags; `watching` ends, without an error, with the signal. `now` is monotonic. */
export function watchRoom(
  nats: NatsConnection,
  signal: AbortSignal,
  now = () => performance.now(),
): { readonly room: Room; readonly watching: Promise<void> } {
  const closed = new Map<string, number>();
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
      isOpenTo: (tenantId) => {
        const saidAtMs = closed.get(directoryKeys.tenantRoom(tenantId));
        return saidAtMs === undefined || now() - saidAtMs >= closedForMs;
      },
    },
    watching,
  };
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
