import { type Conversation, type Conversations, showFirst } from './conversations.ts';
import type { Cursor } from './cursor.ts';
import type { HeldOrder, HeldStore } from './held-store.ts';
import type { LaneCare } from './lane-care.ts';
import type { Ending, QueuedOrder } from './order.ts';

/** What a step works on. */
export interface StepParts {
  readonly key: string;
  readonly lane: number;
  readonly cursor: Cursor;
  readonly conversations: Conversations;
  readonly held: HeldStore;
  readonly care: LaneCare;
  /** Tries an order. Marks it in the cursor before the platform may know of it. */
  readonly run: (order: QueuedOrder) => Promise<Ending>;
}

/** A conversation that must wait as long as this goes to the held, so that the stream need not keep it. */
const holdAfterMs = 5_000;

/**
 * One step of a conversation. New orders of a waiting one follow it to the held; else its first order is tried and what
 * became of it is kept. Whatever is held stands in the collection before the cursor passes it. Gives the ending, undefined
 * when nothing was tried. Rejects with LostOwnership only.
 */
export async function takeStep(parts: StepParts, conversation: Conversation): Promise<Ending | undefined> {
  if (conversation.isHeld && conversation.orders.length > 0) {
    await hold(parts, [conversation], undefined);
    return undefined;
  }
  const { key, held, care } = parts;
  const first = conversation.isHeld ? await care.insist(() => held.first(key, conversation.id)) : undefined;
  const order = first?.order ?? conversation.orders[0];
  if (order === undefined) {
    showHeld(conversation, undefined);
    return undefined;
  }
  const ending = await parts.run(order);
  if (ending.kind === 'done') await finish(parts, conversation, order, first);
  else await keepWaiting(parts, conversation, waitingAfter(parts, order, ending), first);
  parts.cursor.unmark(order.position);
  care.change(key);
  return ending;
}

async function finish(
  { key, cursor, conversations, held, care }: StepParts,
  conversation: Conversation,
  order: QueuedOrder,
  first: HeldOrder | undefined,
): Promise<void> {
  if (first === undefined) {
    conversation.notBeforeMs = 0;
    conversations.shift(conversation);
    cursor.complete(order.position);
    return;
  }
  await care.insist(() => held.remove(order.place));
  const next = await care.insist(() => held.first(key, conversation.id));
  showHeld(conversation, next);
}

function waitingAfter(
  { key, lane, care }: StepParts,
  order: QueuedOrder,
  ending: Exclude<Ending, { kind: 'done' }>,
): HeldOrder {
  const attempts = order.attempts + 1;
  const doubtSinceMs = ending.kind === 'doubt' ? ending.sinceMs : undefined;
  // Whoever tried before and did not end it may have reached the platform, too.
  const wasTried = order.isUnsure || order.doubtSinceMs !== undefined;
  const isUnsure = ending.kind === 'wait' && (wasTried || ending.isUnsure === true);
  // A pause of the whole channel is the pacer's.
  const waitMs = ending.kind === 'wait' && ending.scope === 'channel' ? 0 : ending.delayMs;
  const notBeforeMs = care.scheduler.now() + waitMs;
  const denied = (ending.kind === 'wait' ? ending.denied : undefined) ?? order.denied;
  const waiting = { attempts, doubtSinceMs, isUnsure, denied };
  return { lane, queue: key, order: { ...order, ...waiting }, ...waiting, notBeforeMs };
}

async function keepWaiting(
  parts: StepParts,
  conversation: Conversation,
  waiting: HeldOrder,
  first: HeldOrder | undefined,
): Promise<void> {
  const { held, care } = parts;
  const { notBeforeMs, doubtSinceMs, order } = waiting;
  conversation.notBeforeMs = notBeforeMs;
  conversation.isInDoubt = doubtSinceMs !== undefined;
  if (first !== undefined) {
    await care.insist(() => held.update(order.place, waiting));
    return;
  }
  conversation.orders[0] = order;
  // That the platform may have it must outlive us.
  if (conversation.isInDoubt || order.isUnsure || notBeforeMs - care.scheduler.now() >= holdAfterMs) {
    await hold(parts, [conversation], waiting);
  }
}

/** Moves what is in memory of conversations to the held, behind what stands there. Rejects with LostOwnership only. */
export async function hold(
  parts: StepParts,
  among: readonly Conversation[],
  first: HeldOrder | undefined,
): Promise<void> {
  const { key, lane, cursor, conversations, held, care } = parts;
  // What comes while it is being put is not among it.
  const moves = among.map((conversation) => ({ conversation, orders: [...conversation.orders] }));
  const moving = moves
    .flatMap(({ orders }) => orders)
    .map(
      (order): HeldOrder =>
        order.place === first?.order.place
          ? first
          : { ...orderWaiting(order), lane, queue: key, order, notBeforeMs: 0 },
    );
  await care.insist(() => held.put(moving));
  for (const { conversation, orders } of moves) {
    const { notBeforeMs, expiresAtMs, isInDoubt } = conversation;
    const isHeldUrgent = conversation.isHeldUrgent || orders.some(({ isInteractive }) => isInteractive);
    for (const { position } of orders) {
      conversations.shift(conversation);
      cursor.complete(position);
      cursor.unmark(position);
    }
    Object.assign(conversation, { isHeld: true, isHeldUrgent, notBeforeMs, expiresAtMs, isInDoubt });
  }
  care.change(key);
}

function orderWaiting({ attempts, doubtSinceMs, isUnsure, denied }: QueuedOrder) {
  return { attempts, doubtSinceMs, isUnsure, denied };
}

/** What of the first held order decides when the conversation may start; without one, its orders in memory decide. */
function showHeld(conversation: Conversation, next: HeldOrder | undefined): void {
  conversation.isHeld = next !== undefined;
  conversation.notBeforeMs = next?.notBeforeMs ?? 0;
  if (next === undefined) {
    conversation.isHeldUrgent = false;
    showFirst(conversation);
    return;
  }
  conversation.expiresAtMs = next.order.expiresAtMs;
  conversation.isInDoubt = next.doubtSinceMs !== undefined;
}
