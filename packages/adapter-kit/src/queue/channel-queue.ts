import { type ChannelCursor, EgressBatch } from '@trunkline/contracts';
import type { StoredMessage } from '@trunkline/runtime';
import { createBacklog } from './backlog.ts';
import { type Conversation, createConversations } from './conversations.ts';
import type { Cursor } from './cursor.ts';
import type { HeldConversation, HeldStore } from './held-store.ts';
import type { LaneCare } from './lane-care.ts';
import { type Ending, type QueuedOrder, readOrder } from './order.ts';
import type { Pacer } from './pacer.ts';
import { takeStep } from './step.ts';
import type { Pace } from './token-bucket.ts';

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
export interface ChannelQueueOptions {
  /** Name of the queue: the channel's id, with ".files" for its file orders. */
  readonly key: string;
  readonly lane: number;
  readonly cursor: Cursor;
  /** Conversations that stand among the held already. */
  readonly waiting: readonly HeldConversation[];
  readonly pacer: Pacer;
  /** How fast one conversation may go. */
  readonly paceOf: (order: QueuedOrder | undefined) => Pace;
  /** Tries an order. Marks it in the cursor before the platform may know of it. */
  readonly run: (order: QueuedOrder) => Promise<Ending>;
  readonly held: HeldStore;
  /** The next messages of the queue after a sequence; none only if the leader says so. */
  readonly load: (afterSequence: number) => Promise<readonly StoredMessage[]>;
  readonly care: LaneCare;
  /** Since when an order that a former owner marked is in doubt, in milliseconds since 1970. */
  readonly doubtSinceMs: number;
}

/** Orders above the low mark that may be in memory at once. */
const windowSize = 1_000;
/** Longest nap, so that what expires meanwhile is noticed. */
const longestNapMs = 30_000;

/** Makes a queue and starts what is held already. */
export function createChannelQueue(options: ChannelQueueOptions): ChannelQueue {
  const { key, lane, cursor, pacer, held, care } = options;
  const { scheduler } = care;
  const conversations = createConversations();
  const steps = new Set<Promise<void>>();
  let isStopped = false;
  let cancelNap = () => {};
  let forgetRoom = () => {};

  const takeIn = (message: StoredMessage) => {
    for (const [index, bytes] of itemsOf(message, care).entries()) {
      const position = { sequence: message.sequence, index, output: 0 };
      if (!cursor.meet(position)) continue;
      const isMarked = cursor.isMarked(position);
      try {
        const order = readOrder(position, bytes);
        conversations.add(isMarked ? { ...order, doubtSinceMs: options.doubtSinceMs } : order);
      } catch (error) {
        care.onPoison(`${message.sequence}.${index}`, error);
        cursor.complete(position);
      }
    }
    pump();
  };
  const backlog = createBacklog({
    hasRoom: () => !isStopped && cursor.spread < windowSize,
    take: takeIn,
    load: options.load,
    watch: care.watch,
  });

  const step = async (conversation: Conversation): Promise<void> => {
    const ending = await takeStep({ key, lane, cursor, conversations, held, care, run: options.run }, conversation);
    const now = scheduler.now();
    if (ending?.kind === 'wait' && ending.scope === 'channel') pacer.pauseUntil(now + ending.delayMs);
    if (ending !== undefined) pacer.heard(ending.kind === 'wait' && ending.isTrouble);
  };

  const start = (conversation: Conversation, close: () => void) => {
    conversation.isBusy = true;
    const running = step(conversation)
      .catch((error: unknown) => {
        isStopped = true;
        throw error;
      })
      .finally(() => {
        close();
        steps.delete(running);
        conversation.isBusy = false;
        conversations.settle(conversation);
        backlog.refill();
        pump();
      });
    steps.add(running);
    care.watch(running);
  };

  /** Starts what may start and sleeps until the next one may. */
  function pump(): void {
    cancelNap();
    forgetRoom();
    if (isStopped) return;
    const now = scheduler.now();
    let nextAtMs = now + longestNapMs;
    for (const conversation of conversations.inTurn()) {
      if (conversation.isBusy) continue;
      if (steps.size >= pacer.slots) return; // Whatever ends pumps again.
      const { atMs, isCall } = startOf(conversation, pacer, now);
      if (atMs > now) {
        nextAtMs = Math.min(nextAtMs, atMs);
        continue;
      }
      const request = care.gate.open(pacer.slots === 1 ? 'sick' : 'well');
      if (request === undefined) {
        forgetRoom = care.gate.onRoom(pump);
        return;
      }
      if (isCall) pacer.take(conversation.id, options.paceOf(conversation.orders[0]), now);
      start(conversation, request.close);
    }
    cancelNap = scheduler.after(nextAtMs - now, pump);
  }

  for (const { conversation: id, notBeforeMs, expiresAtMs, isInDoubt } of options.waiting) {
    Object.assign(conversations.of(id), { isHeld: true, notBeforeMs, expiresAtMs, isInDoubt });
  }
  if (options.waiting.length > 0) pump();

  return {
    arrive: backlog.arrive,
    resume: () => {
      pacer.resume();
      pump();
    },
    get doneThrough() {
      const first = cursor.firstOpenSequence;
      return first === undefined ? backlog.readThrough : first - 1;
    },
    get waiting() {
      return cursor.openCount;
    },
    snapshot: () => cursor.snapshot(),
    stop: async () => {
      isStopped = true;
      cancelNap();
      forgetRoom();
      await Promise.allSettled(steps);
    },
  };
}

/** When a conversation may start, and whether it will call the platform. */
function startOf(conversation: Conversation, pacer: Pacer, now: number): { atMs: number; isCall: boolean } {
  const { isHeld, orders, isInDoubt, notBeforeMs, expiresAtMs, id } = conversation;
  if (isHeld && orders.length > 0) return { atMs: now, isCall: false };
  if (isInDoubt) return { atMs: notBeforeMs, isCall: false };
  if (expiresAtMs <= now) return { atMs: now, isCall: false };
  const readyAtMs = Math.max(notBeforeMs, pacer.readyAtMs(id, now));
  return { atMs: Math.min(readyAtMs, expiresAtMs), isCall: true };
}

function itemsOf(message: StoredMessage, care: LaneCare): readonly Uint8Array[] {
  try {
    return EgressBatch.decode(message.data).items;
  } catch (error) {
    care.onPoison(`${message.sequence}`, error);
    return [];
  }
}
