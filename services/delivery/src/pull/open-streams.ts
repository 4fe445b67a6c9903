import { TrunklineError } from '@trunkline/runtime';
import { type Bell, createBell } from './bell.ts';

/** A stream while it is open. */
export interface OpenStream extends Disposable {
  /** Unique among all streams of all instances. */
  readonly id: string;
  readonly consumerId: string;
  readonly bell: Bell;
  /** Aborts with the caller's signal, or when a newer stream of the consumer was opened here. */
  readonly signal: AbortSignal;
  /** How it is counted; follower until said otherwise. */
  role: 'primary' | 'follower';
}

/** Whose stream it is. */
export interface StreamOwner {
  readonly tenantId: string;
  readonly consumerId: string;
}

/** Streams that are open on this instance. */
export interface OpenStreams {
  /** Opens one, and ends the former one of the same consumer. Throws `rate_limited` when there are too many, or of its tenant. */
  open(owner: StreamOwner, id: string, signal: AbortSignal): OpenStream;
  /** Wakes the stream of a consumer, if it is open here. */
  ring(consumerId: string): void;
  /** How many are open. */
  count(role: OpenStream['role']): number;
}

/** Why a stream ends when there is a newer one. */
export function takenOver(): TrunklineError {
  return new TrunklineError('aborted', 'a newer stream of the consumer was opened', {
    publicMessage: 'A newer subscription of this consumer took over.',
    remedy: 'Let each process that subscribes have a consumer of its own name.',
  });
}

function tooMany(message: string): TrunklineError {
  return new TrunklineError('rate_limited', message, {
    publicMessage: 'Too many streams are open.',
    remedy: 'Subscribe again in some seconds; close streams that nobody reads.',
  });
}

/** A tenant has at most this part of the streams: it cannot take them all from the others. */
const tenantPart = 1 / 4;

/** Makes the list of open streams. */
export function createOpenStreams(most: number): OpenStreams {
  const open = new Map<string, { readonly stream: OpenStream; readonly tenantId: string; readonly end: () => void }>();
  const mostOfTenant = Math.ceil(most * tenantPart);
  const requireRoom = (owner: string) => {
    if (open.size >= most) throw tooMany(`${most} streams are open on this instance`);
    const own = [...open.values()].filter(({ tenantId }) => tenantId === owner).length;
    if (own >= mostOfTenant) throw tooMany(`${own} streams of the tenant are open on this instance`);
  };
  return {
    ring: (consumerId) => open.get(consumerId)?.stream.bell.ring(),
    count: (role) => [...open.values()].filter(({ stream }) => stream.role === role).length,
    open: ({ tenantId, consumerId }, id, signal) => {
      const former = open.get(consumerId);
      if (former === undefined) requireRoom(tenantId);
      const bell = createBell();
      const ending = new AbortController();
      const end = (reason: unknown) => {
        ending.abort(reason);
        bell.ring();
      };
      const onAbort = () => end(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
      const stream: OpenStream = {
        ...{ id, consumerId, bell, signal: ending.signal, role: 'follower' },
        [Symbol.dispose]: () => {
          signal.removeEventListener('abort', onAbort);
          if (open.get(consumerId)?.stream === stream) open.delete(consumerId);
        },
      };
      open.set(consumerId, { stream, tenantId, end: () => end(takenOver()) });
      former?.end();
      return stream;
    },
  };
}
