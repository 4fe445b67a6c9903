import type { Pace } from '@trunkline/runtime';
import { type Conversation, type Conversations, isUrgent } from './conversations.ts';
import type { Cursor } from './cursor.ts';
import type { HeldStore } from './held-store.ts';
import type { LaneCare } from './lane-care.ts';
import type { Ending, QueuedOrder } from './order.ts';
import type { Pacer } from './pacer.ts';
import { hold, takeStep } from './step.ts';
import { createUnderWay, type UnderWay } from './under-way.ts';

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
  /** True if what waits in memory keeps what comes behind it from being read soon. */
  readonly isCrowded: () => boolean;
}

/** Longest nap, so that what expires meanwhile is noticed. */
const longestNapMs = 30_000;

/** Makes the steps over the conversations of a queue; `onEnded` is called after each of them, before the next is started. */
export function createSteps(options: StepsOptions, conversations: Conversations, onEnded: () => void): Steps {
  const { pacer, care } = options;
  /** When everything is looked at again, so that nothing that expires is overlooked. */
  let thoroughAtMs = 0;
  /** Forgets what would pump next. */
  let forget = () => {};
  const ended = () => {
    onEnded();
    pump();
  };
  const underWay = createUnderWay({ conversations, watch: care.watch, onEnded: ended });
  /** A write of ours is no call: it takes none of the channel's slots. */
  const aside = createUnderWay({ conversations, watch: care.watch, onEnded: ended });
  const isStopped = () => underWay.isStopped || aside.isStopped;

  function pump(): void {
    forget();
    if (isStopped()) return;
    // One at a time: what comes meanwhile goes with the next.
    if (aside.count === 0 && options.isCrowded()) setBulkAside(options, conversations, aside);
    const now = care.scheduler.now();
    const isThorough = now >= thoroughAtMs;
    let nextAtMs = now + longestNapMs;
    for (const conversation of conversations.inTurn()) {
      if (conversation.isBusy) continue;
      if (underWay.count >= pacer.slots) return; // Whatever ends pumps again.
      const { atMs, isCall } = startOf(conversation, pacer, now);
      if (atMs > now) nextAtMs = Math.min(nextAtMs, atMs);
      // Much bulk may wait: while the channel rests, not each of it is looked at every time.
      if (atMs > now && !isThorough && !isUrgent(conversation) && pacer.restsUntilMs(now) > now) {
        nextAtMs = Math.min(nextAtMs, pacer.restsUntilMs(now));
        break;
      }
      if (atMs > now) continue;
      const request = care.gate.open(pacer.slots === 1 ? 'sick' : 'well');
      if (request === undefined) {
        forget = care.gate.onRoom(pump);
        return;
      }
      if (isCall) pacer.take(conversation.id, options.paceOf(conversation.orders[0]), now);
      underWay.start([conversation], () => takeTurn(options, conversations, conversation), request.close);
    }
    if (isThorough) thoroughAtMs = now + longestNapMs;
    forget = care.scheduler.after(nextAtMs - now, pump);
  }

  return {
    pump,
    stop: async () => {
      forget();
      await Promise.all([underWay.stop(), aside.stop()]);
    },
    get isStopped() {
      return isStopped();
    },
  };
}

/** Bulk leaves the window, and with it the memory, to what comes behind: an answer must not wait for all of it. */
function setBulkAside(options: StepsOptions, conversations: Conversations, aside: UnderWay): void {
  const resting = conversations.restingBulk();
  if (resting.length === 0) return;
  aside.start(resting, () => hold({ ...options, conversations }, resting, undefined));
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
