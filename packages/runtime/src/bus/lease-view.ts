import type { NatsConnection } from '@nats-io/transport-node';
import { buckets } from '@trunkline/contracts';
import { leaseMs } from '../provision/bus-table.ts';
import { leftAloneOf } from './lane-share.ts';
import { watchBucket } from './watch-bucket.ts';

/** What is known of one lane's lease. */
export interface SeenLease {
  /** Undefined: released cleanly. */
  readonly token: string | undefined;
  /** What a take-over expects; 0: nothing is there. */
  readonly revision: number;
}

/** What one instance sees of the leases and members of its service. */
export interface LeaseView {
  /** Resolves when everything that was there at the start is known. */
  readonly loaded: Promise<void>;
  /** Undefined when there is none, or when the one that was there has not been renewed for too long. */
  leaseOf(lane: number): SeenLease | undefined;
  /** Of each other instance that shares the lanes, those that it leaves alone for now. */
  others(): readonly ReadonlySet<number>[];
  /** Milliseconds until the next lease or member is gone, if nothing more is heard of it; not more than a lease lasts. */
  nextEndMs(): number;
  /** Ends with the signal. */
  readonly watching: Promise<void>;
}

/** Key of a lease in the bucket. Pure. */
export function leaseKey(service: string, lane: number): string {
  return `${service}.${lane}`;
}

/** Key that tells that an instance is there. Pure. */
export function memberKey(service: string, instance: string): string {
  return `${service}.member.${instance.replace(/[^A-Za-z0-9_-]/g, '_')}`;
}

/** What {@link watchLeases} wants. */
export interface LeaseViewOptions {
  readonly service: string;
  readonly instance: string;
  readonly signal: AbortSignal;
  /** Hears that somebody came, left or took something. */
  readonly onChange: () => void;
  readonly onTrouble?: ((error: unknown) => void) | undefined;
}

/**
 * Watches the leases of a service. The server removes what is not renewed without telling, so each entry is as old as the
 * moment when we heard of it.
 */
export function watchLeases(nats: NatsConnection, options: LeaseViewOptions): LeaseView {
  const { service, instance, signal, onChange, onTrouble } = options;
  const entries = new Map<string, SeenLease & { readonly heardAt: number }>();
  const loaded = Promise.withResolvers<void>();
  const watching = watchBucket(nats, {
    bucket: buckets.owners,
    filter: `${service}.>`,
    signal,
    onTrouble,
    onLoaded: () => loaded.resolve(),
    onMessage: ({ key, value, revision }) => {
      if (revision === 0) entries.delete(key);
      else {
        const token = value === undefined ? undefined : new TextDecoder().decode(value);
        const former = entries.get(key);
        entries.set(key, { token, revision, heardAt: performance.now() });
        // Most of what is heard are renewals: nobody has to act on them.
        if (former !== undefined && former.token === token) return;
      }
      onChange();
    },
  });
  const living = (key: string) => {
    const entry = entries.get(key);
    if (entry === undefined || performance.now() - entry.heardAt < leaseMs) return entry;
    entries.delete(key);
    return undefined;
  };
  const members = memberKey(service, '');
  const own = memberKey(service, instance);
  return {
    loaded: loaded.promise,
    watching,
    leaseOf: (lane) => living(leaseKey(service, lane)),
    nextEndMs: () => {
      const oldest = Math.min(...[...entries.values()].map(({ heardAt }) => heardAt));
      return Math.ceil(Math.min(leaseMs, oldest + leaseMs - performance.now()));
    },
    others: () => {
      const keys = [...entries.keys()].filter((key) => key.startsWith(members) && key !== own);
      return keys.flatMap((key) => {
        const text = living(key)?.token;
        return text === undefined ? [] : [leftAloneOf(text)];
      });
    },
  };
}
