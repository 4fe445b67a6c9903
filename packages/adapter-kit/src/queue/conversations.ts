import type { QueuedOrder } from './order.ts';

/** One conversation that has something to do, or held orders. */
export interface Conversation {
  readonly id: string;
  /** Orders in memory, oldest first. */
  readonly orders: QueuedOrder[];
  /** How many of them are interactive: one is enough to let the conversation go before bulk ones. */
  interactive: number;
  /** True while one of its orders is at work. */
  isBusy: boolean;
  /** True if orders of it stand among the held: these come first, and newer ones go there too. */
  isHeld: boolean;
  /** Its next order is not tried before, in milliseconds since 1970. */
  notBeforeMs: number;
  /** When its first order expires, in milliseconds since 1970: known without reading the held ones. */
  expiresAtMs: number;
  /** True if its first order is in doubt: it is not sent, only asked about. */
  isInDoubt: boolean;
}

/** The conversations of one queue. */
export interface Conversations {
  /** The conversation, made if it is new. */
  of(id: string): Conversation;
  /** Puts an order at the end of its conversation. */
  add(order: QueuedOrder): Conversation;
  /** Takes the first order away. */
  shift(conversation: Conversation): void;
  /** Puts a conversation behind the others, or forgets it when nothing is left of it. */
  settle(conversation: Conversation): void;
  /** Those with interactive orders, then the others; each oldest first. */
  inTurn(): Iterable<Conversation>;
}

/** Makes an empty set. Does no input or output. */
export function createConversations(): Conversations {
  const all = new Map<string, Conversation>();
  const of = (id: string): Conversation => {
    const found = all.get(id) ?? {
      id,
      orders: [],
      interactive: 0,
      isBusy: false,
      isHeld: false,
      notBeforeMs: 0,
      expiresAtMs: Number.POSITIVE_INFINITY,
      isInDoubt: false,
    };
    all.set(id, found);
    return found;
  };
  return {
    of,
    add: (order) => {
      const conversation = of(order.conversation);
      conversation.orders.push(order);
      if (!conversation.isHeld) showFirst(conversation);
      if (order.isInteractive) conversation.interactive += 1;
      return conversation;
    },
    shift: (conversation) => {
      if (conversation.orders.shift()?.isInteractive === true) conversation.interactive -= 1;
      showFirst(conversation);
    },
    settle: (conversation) => {
      all.delete(conversation.id);
      if (conversation.orders.length > 0 || conversation.isHeld) all.set(conversation.id, conversation);
    },
    inTurn: function* () {
      for (const conversation of [...all.values()]) if (isUrgent(conversation)) yield conversation;
      for (const conversation of [...all.values()]) if (!isUrgent(conversation)) yield conversation;
    },
  };
}

/** What of the first order in memory decides when the conversation may start. */
export function showFirst(conversation: Conversation): void {
  const [first] = conversation.orders;
  conversation.expiresAtMs = first?.expiresAtMs ?? Number.POSITIVE_INFINITY;
  conversation.isInDoubt = first?.doubtSinceMs !== undefined;
}

/** Held orders are of unknown priority: they waited long enough to count as interactive. */
function isUrgent({ interactive, isHeld }: Conversation): boolean {
  return interactive > 0 || isHeld;
}
