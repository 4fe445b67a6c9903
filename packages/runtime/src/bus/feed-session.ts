import { randomUUID } from 'node:crypto';
import { AckPolicy, type ConsumerConfig, DeliverPolicy } from '@nats-io/jetstream';
import { createInbox, type Msg, type Subscription } from '@nats-io/transport-node';
import { busError } from './bus-error.ts';
import type { FeedSource } from './feed.ts';
import type { FeedOptions, StoredMessage } from './ports.ts';
import { readDelivery } from './stored-message.ts';

/** One life of a feed's consumer. */
export interface FeedSession extends AsyncDisposable {
  /** The next message; `idle` after so long without one; `broken` when the consumer cannot be trusted any more. */
  next(idleMs: number): Promise<StoredMessage | 'idle' | 'broken'>;
}

/** One pull brings at most so much, and the next is sent when less than half of it is left: memory stays below twice this. */
const pullMessages = 512;
const pullBytes = 1024 * 1024;
const pullExpiresMs = 30_000;
const heartbeatMs = 1_500;
const missedMs = 2 * heartbeatMs + 500;
/** The server forgets the consumer of a process that is gone after so long. */
const forgottenMs = 30_000;
const nanoseconds = 1_000_000;

const status = { badRequest: 400, notFound: 404, expired: 408, conflict: 409, heartbeat: 100 } as const;

/** Makes a consumer from a stream sequence on and subscribes to what it delivers. */
export async function openFeedSession(
  { nats, managed, reconnects, inboxPrefix }: FeedSource,
  { stream, subjects, signal }: FeedOptions,
  firstSequence: number,
): Promise<FeedSession> {
  const name = `feed_${randomUUID()}`;
  const manager = await managed();
  try {
    await manager.consumers.add(stream, consumerConfig(name, subjects, firstSequence));
  } catch (error) {
    throw busError(error);
  }
  const inbox = createInbox(inboxPrefix);
  const intake = createIntakeOf((pull) =>
    nats.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, JSON.stringify(pull), { reply: inbox }),
  );
  const subscription: Subscription = nats.subscribe(inbox, { callback: intake.take });
  const unlisten = reconnects.listen(intake.break);
  signal.addEventListener('abort', intake.break, { once: true });
  intake.refill();
  return {
    next: intake.next,
    [Symbol.asyncDispose]: async () => {
      unlisten();
      signal.removeEventListener('abort', intake.break);
      subscription.unsubscribe();
      // If this fails the server forgets the consumer by itself.
      await manager.consumers.delete(stream, name).catch(() => {});
    },
  };
}

function consumerConfig(name: string, subjects: readonly string[], firstSequence: number): Partial<ConsumerConfig> {
  const [only, ...others] = subjects;
  return {
    name,
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: Math.max(firstSequence, 1),
    mem_storage: true,
    num_replicas: 1,
    max_waiting: 8,
    inactive_threshold: forgottenMs * nanoseconds,
    // A single filter stands in the subject of the request, so that rights can restrict it.
    ...(only !== undefined && others.length === 0 ? { filter_subject: only } : { filter_subjects: [...subjects] }),
  };
}

/** A pull request. Without max_bytes it brings one message of any size. */
interface Pull {
  readonly batch: number;
  readonly max_bytes?: number;
  readonly expires: number;
  readonly idle_heartbeat: number;
}

interface IntakeOfFeed {
  readonly take: (error: Error | null, message: Msg) => void;
  readonly break: () => void;
  readonly refill: () => void;
  readonly next: FeedSession['next'];
}

/** What was delivered and not yet read, and when to pull more. */
function createIntakeOf(send: (pull: Pull) => void): IntakeOfFeed {
  const buffer: StoredMessage[] = [];
  let bufferBytes = 0;
  let delivered = 0;
  /** What is left of the pull under way; 0: none is. */
  let left = 0;
  let deliveredInPull = 0;
  let heardAt = performance.now();
  let broken = false;
  let wake = () => {};

  const breakOff = () => {
    broken = true;
    wake();
  };
  const pull = (wanted: Pick<Pull, 'batch' | 'max_bytes'>) => {
    left = wanted.batch;
    deliveredInPull = 0;
    heardAt = performance.now();
    send({ ...wanted, expires: pullExpiresMs * nanoseconds, idle_heartbeat: heartbeatMs * nanoseconds });
  };
  const refill = () => {
    if (left === 0 && !broken && bufferBytes < pullBytes / 2 && buffer.length < pullMessages / 2)
      pull({ batch: pullMessages, max_bytes: pullBytes });
  };
  const takeStatus = (code: number, description: string) => {
    if (code === status.heartbeat) return;
    if (code === status.conflict && /max\s?bytes|batch completed/i.test(description)) {
      // Full; or the next message is larger than a whole pull and travels alone.
      if (deliveredInPull === 0) return pull({ batch: 1 });
    } else if (code !== status.expired && code !== status.notFound) return breakOff();
    left = 0;
    refill();
  };
  return {
    break: breakOff,
    refill,
    take: (error, message) => {
      heardAt = performance.now();
      if (error) return breakOff();
      const code = message.headers?.code ?? 0;
      if (code !== 0) return takeStatus(code, message.headers?.description ?? '');
      const { message: stored, consumerSequence } = readDelivery(message);
      delivered += 1;
      if (consumerSequence !== delivered) return breakOff();
      buffer.push(stored);
      bufferBytes += stored.data.length;
      deliveredInPull += 1;
      left -= 1;
      refill();
      wake();
    },
    next: async (idleMs) => {
      const idleAt = performance.now() + idleMs;
      for (;;) {
        const first = broken ? undefined : buffer.shift();
        if (first !== undefined) {
          bufferBytes -= first.data.length;
          refill();
          return first;
        }
        const now = performance.now();
        const missedAt = left > 0 ? heardAt + missedMs : Number.POSITIVE_INFINITY;
        if (broken || now >= missedAt) return 'broken';
        if (now >= idleAt) return 'idle';
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        const timer = setTimeout(resolve, Math.min(idleAt, missedAt) - now);
        await promise;
        clearTimeout(timer);
      }
    },
  };
}
