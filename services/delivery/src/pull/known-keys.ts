import {
  type PlacedEvent,
  type ResealedEvent,
  type ResealOrder,
  type ResealRefused,
  TrunklineError,
} from '@trunkline/runtime';

/** What is needed to seal events anew. */
export interface KnownKeys {
  readonly portalId: string;
  /** Keys that are no more, as known now. */
  readonly deletedKids: () => ReadonlySet<string>;
  /** Keys that the consumer says it has not. */
  readonly unknownKids: () => ReadonlySet<string>;
  readonly reseal: (order: ResealOrder) => Promise<readonly ResealedEvent[] | ResealRefused>;
}

/** Events that can be sent; or, at the front, events that can never be opened again. */
export type Opened =
  | { readonly kind: 'events'; readonly events: readonly PlacedEvent[] }
  | { readonly kind: 'withheld'; readonly events: readonly PlacedEvent[]; readonly reason: string };

/**
 * The first of these events, under keys that the consumer can know: what was sealed under a key that was deleted, or that it has
 * not, is sealed anew.
 * Rejects with `no_key` when there is none to seal with, and when the sealer does not answer.
 */
export async function underKnownKeys(
  events: readonly PlacedEvent[],
  { portalId, deletedKids, unknownKids, reseal }: KnownKeys,
): Promise<Opened> {
  const [deleted, unknown] = [deletedKids(), unknownKids()];
  const isClosed = ({ event }: PlacedEvent) => deleted.has(event.kid) || unknown.has(event.kid);
  const first = deleted.size + unknown.size === 0 ? -1 : events.findIndex(isClosed);
  if (first === -1) return { kind: 'events', events };
  if (first > 0) return { kind: 'events', events: events.slice(0, first) };
  const run = until(events, (placed) => !isClosed(placed));
  const order = {
    portalId,
    tenantId: run[0]?.tenantId ?? '',
    events: run.map(({ event }) => event),
    notKids: [...unknown],
  };
  const answers = await reseal(order);
  if ('refused' in answers) throw noKey(unknown, answers.refused);
  const [front] = answers;
  // A key that was just said to be unknown would come back for ever.
  if (front === undefined || (front.kind === 'sealed' && unknown.has(front.kid))) throw noKey(unknown);
  if (front.kind === 'withheld') {
    const { reason } = front;
    const same = until(answers, (answer) => answer.kind !== 'withheld' || answer.reason !== reason);
    return { kind: 'withheld', events: run.slice(0, same.length), reason };
  }
  const sealed = run.flatMap((placed, index): PlacedEvent[] => {
    const answer = answers[index];
    if (answer?.kind !== 'sealed') return [];
    return [{ ...placed, event: { ...placed.event, cloudEvent: answer.cloudEvent, kid: answer.kid } }];
  });
  const unbroken = until(sealed, (placed, index) => placed.event.sequence !== run[index]?.event.sequence);
  return { kind: 'events', events: unbroken };
}

function noKey(unknown: ReadonlySet<string>, refused = ''): TrunklineError {
  const named = [...unknown].join(', ');
  return new TrunklineError('no_key', `there is no key to seal with${refused === '' ? '' : `: ${refused}`}`, {
    publicMessage:
      named === '' ? 'There is no valid licence key.' : `The consumer knows no valid licence key: not ${named}.`,
    remedy:
      'Give the consumer a valid key, and subscribe again; a key that it did not know is tried again after 5 minutes.',
  });
}

function until<T>(all: readonly T[], isEnd: (one: T, index: number) => boolean): readonly T[] {
  const end = all.findIndex(isEnd);
  return end === -1 ? all : all.slice(0, end);
}
