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

/** Begins to watch the flags; `watching` ends, without an error, with the signal. */
export function watchRoom(
  nats: NatsConnection,
  signal: AbortSignal,
): { readonly room: Room; readonly watching: Promise<void> } {
  const closed = new Set<string>();
  const watching = watchBucket(nats, {
    bucket: buckets.directory,
    filter: directoryKeys.allRoom(),
    signal,
    onLoaded: () => {},
    onMessage: ({ key, value }) => mark(closed, key, value),
  });
  return {
    room: {
      isOpen: () => !closed.has(directoryKeys.room()),
      isOpenTo: (tenantId) => !closed.has(directoryKeys.tenantRoom(tenantId)),
    },
    watching,
  };
}

/** The flags of tenants, for the one who sets them. */
export interface TenantRooms {
  /** Tenants whose door is closed, as far as was heard. */
  readonly closed: ReadonlySet<string>;
  /** Closes a tenant's door, or opens it. Rejects with `unavailable`; repeats change nothing. */
  tell(tenantId: string, isOpen: boolean): Promise<void>;
  /** Ends, without an error, with the signal. */
  readonly watching: Promise<void>;
}

/** Begins to watch the flags of tenants. Called by delivery, once. */
export function openTenantRooms(nats: NatsConnection, bus: Pick<LogPort, 'publish'>, signal: AbortSignal): TenantRooms {
  const closed = new Set<string>();
  const prefix = directoryKeys.tenantRoom('');
  const watching = watchBucket(nats, {
    ...{ bucket: buckets.directory, filter: directoryKeys.tenantRoom('*'), signal, onLoaded: () => {} },
    onMessage: ({ key, value }) => mark(closed, key.slice(prefix.length), value),
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

/** Keeps what is closed. */
function mark(closed: Set<string>, name: string, value: Uint8Array | undefined): void {
  if (value !== undefined && new TextDecoder().decode(value) === roomWords.closed) closed.add(name);
  else closed.delete(name);
}
