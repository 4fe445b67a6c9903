/** The closed list of what a passport's hops are called: `AuditEntry.kind`. Facts are plural, as on the bus. */
export const hopKinds = [
  // INGRESS: what entered.
  'hook.received',
  'hook.stored',
  'message.submitted',
  'command.received',
  'send.result',
  'file.copied',
  'timer.due',
  // FACTS: what a stage decided.
  'messages.received',
  'messages.edited',
  'messages.deleted',
  'reactions.set',
  'buttons.pressed',
  'receipts.given',
  'typing.shown',
  'conversations.started',
  'subscriptions.changed',
  'groups.changed',
  'control.changed',
  'identities.changed',
  'calls.happened',
  'channels.changed',
  'templates.changed',
  'messages.submitted',
  'messages.status',
  'contacts.joined',
  'contacts.split',
  'items.parked',
  'items.repeated',
  'files.settled',
  'timers.set',
  'timers.due',
  'keys.used',
  // OUTBOX, EGRESS: what waits for a destination.
  'event.sealed',
  'message.dispatched',
  'file.ordered',
  // DELIVERIES, SENDS: what was tried.
  'delivery.attempted',
  'delivery.replayed',
  'events.expired',
  'events.parked',
  'events.withheld',
  'events.skipped',
  'send.attempted',
  // A message of the bus, or an item in it, that this version cannot read.
  'item.unreadable',
] as const;

/** One of the closed list. */
export type HopKind = (typeof hopKinds)[number];
