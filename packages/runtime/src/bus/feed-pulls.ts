import type { Msg } from '@nats-io/transport-node';
import type { StoredMessage } from './ports.ts';
import { readDelivery } from './stored-message.ts';

/** A pull request, as the server reads it. Without max_bytes it brings one message of any size. */
export interface Pull {
  readonly batch: number;
  readonly max_bytes?: number;
  /** Nanoseconds. */
  readonly expires: number;
  /** Nanoseconds. */
  readonly idle_heartbeat: number;
}

/** What a consumer delivered and nobody read yet, and when to pull more. */
export interface Pulls {
  /** Sends the first pull. */
  start(): void;
  /** Takes what arrived for the pulls. */
  take(message: Msg): void;
  /** The next message; undefined when there is none now. */
  shift(): StoredMessage | undefined;
  /** When silence means that the consumer is gone; infinite while nothing is expected. */
  missedAtMs(): number;
  /** True when the consumer cannot be trusted any more. */
  isBroken(): boolean;
}

/** One pull brings at most so much, and the next is sent when less than half of it is left: memory stays below twice this. */
const pullMessages = 512;
const pullBytes = 1024 * 1024;
const pullExpiresMs = 30_000;
const heartbeatMs = 3_000;
const missedMs = 2 * heartbeatMs + 500;
const nanoseconds = 1_000_000;

const status = { heartbeat: 100, notFound: 404, expired: 408, conflict: 409 } as const;

/** The pulls of one consumer. */
export function createPulls(send: (pull: Pull) => void): Pulls {
  const buffer: StoredMessage[] = [];
  let bytes = 0;
  /** How many the consumer delivered: its numbers must not have a hole. */
  let delivered = 0;
  /** How many more the pull under way may bring; 0: none is under way. */
  let left = 0;
  let deliveredInPull = 0;
  let heardAtMs = performance.now();
  let isBroken = false;

  const pull = (wanted: Pick<Pull, 'batch' | 'max_bytes'>) => {
    left = wanted.batch;
    deliveredInPull = 0;
    heardAtMs = performance.now();
    send({ ...wanted, expires: pullExpiresMs * nanoseconds, idle_heartbeat: heartbeatMs * nanoseconds });
  };
  const refill = () => {
    if (left === 0 && !isBroken && bytes < pullBytes / 2 && buffer.length < pullMessages / 2)
      pull({ batch: pullMessages, max_bytes: pullBytes });
  };
  const takeStatus = (code: number, description: string) => {
    const meaning = meaningOf(code, description);
    if (meaning === 'alive') return;
    isBroken ||= meaning === 'broken';
    if (isBroken) return;
    left = 0;
    // The next message is larger than a whole pull: it travels alone.
    if (meaning === 'full' && deliveredInPull === 0) pull({ batch: 1 });
    else refill();
  };
  return {
    start: refill,
    isBroken: () => isBroken,
    missedAtMs: () => (left > 0 ? heardAtMs + missedMs : Number.POSITIVE_INFINITY),
    take: (message) => {
      heardAtMs = performance.now();
      // Only statuses come without a subject to acknowledge to. Looking at headers would decode those of every message.
      if (!message.reply?.startsWith('$JS.ACK.'))
        return takeStatus(message.headers?.code ?? 0, message.headers?.description ?? '');
      const { message: stored, consumerSequence } = readDelivery(message);
      delivered += 1;
      deliveredInPull += 1;
      left -= 1;
      isBroken ||= consumerSequence !== delivered;
      if (isBroken) return;
      buffer.push(stored);
      bytes += stored.data.length;
      refill();
    },
    shift: () => {
      const first = buffer.shift();
      bytes -= first?.data.length ?? 0;
      if (first !== undefined) refill();
      return first;
    },
  };
}

/** What a status says of a pull: it goes on, it ended, it ended because it was full; or of its consumer: it is no more. */
function meaningOf(code: number, description: string): 'alive' | 'ended' | 'full' | 'broken' {
  if (code === status.heartbeat) return 'alive';
  if (code === status.expired || code === status.notFound) return 'ended';
  return code === status.conflict && /max\s?bytes|batch completed/i.test(description) ? 'full' : 'broken';
}
