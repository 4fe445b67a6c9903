import { type ChannelCursor, EgressBatch } from '@trunkline/contracts';
import type { StoredMessage } from '@trunkline/runtime';
import { createBacklog } from './backlog.ts';
import { type Conversations, createConversations } from './conversations.ts';
import type { HeldConversation } from './held-store.ts';
import type { LaneCare } from './lane-care.ts';
import { readOrder } from './order.ts';
import { createSteps, type StepsOptions } from './steps.ts';

/** Orders of one channel (or its file orders): one at work a conversation, several conversations at once. */
export interface ChannelQueue {
  /** The feed brought a message of the queue. */
  arrive(message: StoredMessage): void;
  /** What the channel waited for may be there: it tries again now. */
  resume(): void;
  /** The last sequence up to which nothing is left to do; undefined when nothing at all is. */
  readonly doneThrough: number | undefined;
  /** Orders in memory that wait or are at work. */
  readonly waiting: number;
  /** What a record holds. */
  snapshot(): ChannelCursor;
  /** Starts nothing more; resolves when what is at work has ended. */
  stop(): Promise<void>;
}

/** What {@link createChannelQueue} wants. */
export interface ChannelQueueOptions extends Omit<StepsOptions, 'isCrowded'> {
  /** Conversations that stand among the held already. */
  readonly waiting: readonly HeldConversation[];
  /** The next messages of the queue after a sequence; none only if the leader says so. */
  readonly load: (afterSequence: number) => Promise<readonly StoredMessage[]>;
  /** Since when an order that a former owner marked is in doubt, in milliseconds since 1970. */
  readonly doubtSinceMs: number;
  /** Orders above the low mark that may be in memory at once. */
  readonly windowSize: number;
}

/** Makes a queue and starts what is held already. */
export function createChannelQueue(options: ChannelQueueOptions): ChannelQueue {
  const { cursor, pacer, care, windowSize } = options;
  const conversations = createConversations();
  // At half of it: what is set aside leaves room before there is none.
  const isCrowded = () => cursor.spread >= windowSize / 2;
  const steps = createSteps({ ...options, isCrowded }, conversations, () => backlog.refill());
  const backlog = createBacklog({
    hasRoom: () => !steps.isStopped && cursor.spread < windowSize,
    take: (message) => {
      takeIn(message, options, conversations);
      steps.pump();
    },
    load: options.load,
    watch: care.watch,
  });
  for (const { conversation: id, isUrgent, notBeforeMs, expiresAtMs, isInDoubt } of options.waiting) {
    conversations.open(id, { isHeld: true, isHeldUrgent: isUrgent, notBeforeMs, expiresAtMs, isInDoubt });
  }
  if (options.waiting.length > 0) steps.pump();
  return {
    arrive: backlog.arrive,
    resume: () => {
      pacer.resume();
      steps.pump();
    },
    get doneThrough() {
      const first = cursor.firstOpenSequence;
      return first === undefined ? backlog.readThrough : first - 1;
    },
    get waiting() {
      return cursor.openCount;
    },
    snapshot: () => cursor.snapshot(),
    stop: steps.stop,
  };
}

/** Puts the orders of a message that are not done yet into their conversations. */
function takeIn(message: StoredMessage, options: ChannelQueueOptions, conversations: Conversations): void {
  const { cursor, care, doubtSinceMs } = options;
  for (const [index, bytes] of itemsOf(message, care).entries()) {
    const position = { sequence: message.sequence, index, output: 0 };
    if (!cursor.meet(position)) continue;
    const isMarked = cursor.isMarked(position);
    try {
      const order = readOrder(position, bytes);
      conversations.add(isMarked ? { ...order, doubtSinceMs } : order);
    } catch (error) {
      care.onPoison(`${message.sequence}.${index}`, error);
      cursor.complete(position);
    }
  }
}

function itemsOf(message: StoredMessage, care: LaneCare): readonly Uint8Array[] {
  try {
    return EgressBatch.decode(message.data).items;
  } catch (error) {
    care.onPoison(`${message.sequence}`, error);
    return [];
  }
}
