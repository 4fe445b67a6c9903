import type { QueuedOrder } from './order.ts';

/** One conversation that has something to do, or held orders. */
export interface Conversation {
  readonly id: string;
  /** Orders in memory, oldest first. */
  readonly orders: QueuedOrder[];
  /** How many of them are interactive: one is enough to let the conversation go before bulk ones. */
  interactive: number;
  /** True if an interactive one stands among the held: the same until none is held. */
  isHeldUrgent: boolean;
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

/** What is known of a conversation whose orders stand among the held. */
export type HeldState = Pick<Conversation, 'isHeld' | 'isHeldUrgent' | 'notBeforeMs' | 'expiresAtMs' | 'isInDoubt'>;

/** The conversations of one queue. */
export interface Conversations {
  /** A conversation whose orders stand among the held. */
  open(id: string, state: HeldState): void;
  /** Puts an order at the end of its conversation. */
  add(order: QueuedOrder): void;
  /** Takes the first order away. */
  shift(conversation: Conversation): void;
  /** Puts a conversation behind the others, or forgets it when nothing is left of it. */
  settle(conversation: Conversation): void;
  /** Those with interactive orders, then the others; each oldest first. */
  inTurn(): Iterable<Conversation>;
  /** Those of nothing but bulk that has its orders in memory and rests. */
  restingBulk(): readonly Conversation[];
}

/** Makes an empty set. Does no input or output. */
export function createConversations(): Conversations {
  const urgent = new Map<string, Conversation>();
  const bulk = new Map<string, Conversation>();
  const of = (id: string): Conversation =>
    urgent.get(id) ??
    bulk.get(id) ?? {
      id,
      orders: [],
      interactive: 0,
      isHeldUrgent: false,
      isBusy: false,
      isHeld: false,
      notBeforeMs: 0,
      expiresAtMs: Number.POSITIVE_INFINITY,
      isInDoubt: false,
    };
  /** Where it stands in its line it stays, unless it changes to the other one. */
  const file = (conversation: Conversation) => {
    const [line, other] = isUrgent(conversation) ? [urgent, bulk] : [bulk, urgent];
    other.delete(conversation.id);
    line.set(conversation.id, conversation);
  };
  return {
    open: (id, state) => file(Object.assign(of(id), state)),
    add: (order) => {
      const conversation = of(order.conversation);
      conversation.orders.push(order);
      if (!conversation.isHeld) showFirst(conversation);
      if (order.isInteractive) conversation.interactive += 1;
      file(conversation);
    },
    shift: (conversation) => {
      if (conversation.orders.shift()?.isInteractive === true) conversation.interactive -= 1;
      showFirst(conversation);
    },
    settle: (conversation) => {
      urgent.delete(conversation.id);
      bulk.delete(conversation.id);
      if (conversation.orders.length > 0 || conversation.isHeld) file(conversation);
    },
    inTurn: function* () {
      yield* urgent.values();
      yield* bulk.values();
    },
    restingBulk: () => [...bulk.values()].filter(({ orders, isBusy }) => orders.length > 0 && !isBusy),
  };
}

/** What of the first order in memory decides when the conversation may start. */
export function showFirst(conversation: Conversation): void {
  const [first] = conversation.orders;
  conversation.expiresAtMs = first?.expiresAtMs ?? Number.POSITIVE_INFINITY;
  conversation.isInDoubt = first?.doubtSinceMs !== undefined;
}

/** Does it go before bulk? What is in doubt does: it sends nothing, and its end is waited for. */
export function isUrgent({ interactive, isHeldUrgent, isInDoubt }: Conversation): boolean {
  return interactive > 0 || isHeldUrgent || isInDoubt;
}
