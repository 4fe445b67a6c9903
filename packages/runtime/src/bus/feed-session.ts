import { randomUUID } from 'node:crypto';
import { AckPolicy, type ConsumerConfig, DeliverPolicy, type JetStreamManager } from '@nats-io/jetstream';
import { createInbox, type NatsConnection } from '@nats-io/transport-node';
import { busError } from './bus-error.ts';
import { createPulls, type Pulls } from './feed-pulls.ts';
import type { FeedOptions, LogPort, StoredMessage } from './ports.ts';
import type { Reconnects } from './reconnects.ts';

/** What a feed reads with. */
export interface FeedSource {
  readonly nats: NatsConnection;
  readonly log: LogPort;
  readonly managed: () => Promise<JetStreamManager>;
  readonly reconnects: Reconnects;
  readonly inboxPrefix?: string | undefined;
  /** Hears of each message that the feed shows. Must not throw. */
  readonly onShown?: (stream: string, sequence: number) => void;
}

/** One life of a feed's consumer. */
export interface FeedSession extends AsyncDisposable {
  /** The next message; `idle` after so long without one; `broken` when the consumer cannot be trusted any more. */
  next(idleMs: number): Promise<StoredMessage | 'idle' | 'broken'>;
}

/** The server forgets the consumer of a process that is gone after so long. */
const forgottenMs = 30_000;
const nanoseconds = 1_000_000;

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
  const request = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`;
  const pulls = createPulls((pull) => nats.publish(request, JSON.stringify(pull), { reply: inbox }));
  let isOver = false;
  let wake = () => {};
  const end = () => {
    isOver = true;
    wake();
  };
  const subscription = nats.subscribe(inbox, {
    callback: (error, message) => {
      if (error) return end();
      pulls.take(message);
      wake();
    },
  });
  const unlisten = reconnects.listen(end);
  signal.addEventListener('abort', end, { once: true });
  pulls.start();
  return {
    next: (idleMs) => nextOf(pulls, idleMs, { isOver: () => isOver, onWake: (call) => (wake = call) }),
    [Symbol.asyncDispose]: async () => {
      unlisten();
      signal.removeEventListener('abort', end);
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

interface Wakes {
  /** True when the connection is another one, or nobody reads any more. */
  readonly isOver: () => boolean;
  readonly onWake: (call: () => void) => void;
}

async function nextOf(pulls: Pulls, idleMs: number, { isOver, onWake }: Wakes): ReturnType<FeedSession['next']> {
  const idleAtMs = performance.now() + idleMs;
  for (;;) {
    const isBroken = isOver() || pulls.isBroken();
    const first = isBroken ? undefined : pulls.shift();
    if (first !== undefined) return first;
    const now = performance.now();
    const missedAtMs = pulls.missedAtMs();
    if (isBroken || now >= missedAtMs) return 'broken';
    if (now >= idleAtMs) return 'idle';
    const { promise, resolve } = Promise.withResolvers<void>();
    onWake(resolve);
    const timer = setTimeout(resolve, Math.min(idleAtMs, missedAtMs) - now);
    await promise;
    clearTimeout(timer);
  }
}
