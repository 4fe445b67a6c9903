import type { Pace } from '@trunkline/runtime';
import type { Conversation, Conversations } from './conversations.ts';
import type { Cursor } from './cursor.ts';
import type { HeldStore } from './held-store.ts';
import type { LaneCare } from './lane-care.ts';
import type { Ending, QueuedOrder } from './order.ts';
import type { Pacer } from './pacer.ts';
import { takeStep } from './step.ts';

/** The steps of one queue: one at a time a conversation, as many at once as the channel has slots. */
export interface Steps {
  /** Starts what may start and sleeps until the next one may. */
  pump(): void;
  /** True from the end on, and once a step failed: nothing is started any more. */
  readonly isStopped: boolean;
  /** Starts nothing more; resolves when what is at work has ended. */
  stop(): Promise<void>;
}

/** What {@link createSteps} wants. */
export interface StepsOptions {
  /** Name of the queue: the channel's id, with ".files" for its file orders. */
  readonly key: string;
  readonly lane: number;
  readonly cursor: Cursor;
  readonly pacer: Pacer;
  /** How fast one conversation may go. */
  readonly paceOf: (order: QueuedOrder | undefined) => Pace;
  /** Tries an order. Marks it in the cursor before the platform may know of it. */
  readonly run: (order: QueuedOrder) => Promise<Ending>;
  readonly held: HeldStore;
  readonly care: LaneCare;
}

/** Longest nap, so that what expires meanwhile is noticed. */
const longestNapMs = 30_000;

/** Makes the steps over the conversations of a queue; `onEnded` is called after each of them, before the next is started. */
export function createSteps(options: StepsOptions, conversations: Conversations, onEnded: () => void): Steps {
  const { pacer, care } = options;
  const running = new Set<Promise<void>>();
  let isStopped = false;
  /** Forgets what would pump next. */
  let forget = () => {};

  const start = (conversation: Conversation, close: () => void) => {
    conversation.isBusy = true;
    const step = takeTurn(options, conversations, conversation)
      .catch((error: unknown) => {
        isStopped = true;
        throw error;
      })
      .finally(() => {
        close();
        running.delete(step);
        conversation.isBusy = false;
        conversations.settle(conversation);
        onEnded();
        pump();
      });
    running.add(step);
    care.watch(step);
  };

  function pump(): void {
    forget();
    if (isStopped) return;
    const now = care.scheduler.now();
    let nextAtMs = now + longestNapMs;
    for (const conversation of conversations.inTurn()) {
      if (conversation.isBusy) continue;
      if (running.size >= pacer.slots) return; // Whatever ends pumps again.
      const { atMs, isCall } = startOf(conversation, pacer, now);
      nextAtMs = atMs > now ? Math.min(nextAtMs, atMs) : nextAtMs;
      if (atMs > now) continue;
      const request = care.gate.open(pacer.slots === 1 ? 'sick' : 'well');
      if (request === undefined) {
        forget = care.gate.onRoom(pump);
        return;
      }
      if (isCall) pacer.take(conversation.id, options.paceOf(conversation.orders[0]), now);
      start(conversation, request.close);
    }
    forget = care.scheduler.after(nextAtMs - now, pump);
  }

  const stop = async () => {
    isStopped = true;
    forget();
    await Promise.allSettled(running);
  };
  return {
    pump,
    stop,
    get isStopped() {
      return isStopped;
    },
  };
}

/** One step of a conversation; what it says of the channel goes to the pacer. */
async function takeTurn(
  { key, lane, cursor, held, care, run, pacer }: StepsOptions,
  conversations: Conversations,
  conversation: Conversation,
): Promise<void> {
  const ending = await takeStep({ key, lane, cursor, conversations, held, care, run }, conversation);
  const now = care.scheduler.now();
  if (ending?.kind === 'wait' && ending.scope === 'channel') pacer.pauseUntil(now + ending.delayMs);
  if (ending !== undefined) pacer.heard(ending.kind === 'wait' && ending.isTrouble);
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
