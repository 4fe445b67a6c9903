import type { SealedEvent } from '@trunkline/contracts';
import type { PortalPorts, ReplayBatch, ReplayWanted, ResealedEvent } from '@trunkline/runtime';
import { replayItem } from './domain/replay-item.ts';
import type { ReplayDocument } from './store/replays.ts';
import type { SealedUndelivered, Undelivered } from './store/undelivered.ts';

/** The next of a replay: a batch; events that nobody can seal any more, to be passed over; or nothing, it is over. */
export type NextOfReplay =
  | { readonly kind: 'batch'; readonly batch: ReplayBatch }
  | { readonly kind: 'withheld'; readonly count: number; readonly untilSequence: number; readonly reason: string }
  | { readonly kind: 'over' };

/** What {@link nextOfReplay} needs. */
export interface ReplaySources {
  readonly undelivered: Pick<Undelivered, 'read'>;
  readonly reseal: PortalPorts['reseal'];
  /** Keys of a portal that are no more. */
  readonly deletedKids: (portalId: string) => ReadonlySet<string>;
}

/** Reads the next events of a replay; what is sealed under a key that is deleted, or not known to the portal, is sealed anew. */
export async function nextOfReplay(
  { portalId, number, selection, afterSequence, untilSequence }: ReplayDocument,
  { events: limit, bytes, notKids = [] }: ReplayWanted,
  { undelivered, reseal, deletedKids }: ReplaySources,
): Promise<NextOfReplay> {
  const events = await undelivered.read(portalId, selection, { afterSequence, untilSequence, limit, bytes });
  const deleted = deletedKids(portalId);
  const isClosed = ({ kid }: SealedUndelivered) => deleted.has(kid) || notKids.includes(kid);
  const [first] = events;
  if (first === undefined) return { kind: 'over' };
  const run = leading(events, (event) => isClosed(event) === isClosed(first));
  const batchOf = (some: readonly SealedUndelivered[]): NextOfReplay => {
    return { kind: 'batch', batch: { afterSequence, items: some.map((event) => replayItem(event, number)) } };
  };
  if (!isClosed(first)) return batchOf(run);
  const order = { portalId, tenantId: first.tenantId, events: run.map(sealedEventOf), notKids };
  const answers = await reseal(order);
  // There is no other key: sent as it is, the portal says which it lacks.
  if ('refused' in answers || answers[0] === undefined) return batchOf(run);
  return answers[0].kind === 'withheld' ? withheldOf(run, answers) : batchOf(sealedOf(run, answers));
}

function withheldOf(run: readonly SealedUndelivered[], answers: readonly ResealedEvent[]): NextOfReplay {
  const { length: count } = leading(answers, ({ kind }) => kind === 'withheld');
  const reason = answers[0]?.kind === 'withheld' ? answers[0].reason : '';
  return { kind: 'withheld', count, untilSequence: run[count - 1]?.sequence ?? 0, reason };
}

function sealedOf(run: readonly SealedUndelivered[], answers: readonly ResealedEvent[]): SealedUndelivered[] {
  const sealed: SealedUndelivered[] = [];
  for (const [index, answer] of answers.entries()) {
    const event = run[index];
    if (event === undefined || answer.kind !== 'sealed') break;
    sealed.push({ ...event, cloudEvent: answer.cloudEvent, kid: answer.kid });
  }
  return sealed;
}

function leading<T>(all: readonly T[], is: (one: T) => boolean): readonly T[] {
  const end = all.findIndex((one) => !is(one));
  return end === -1 ? all : all.slice(0, end);
}

function sealedEventOf(event: SealedUndelivered): SealedEvent {
  const { eventId: id, sequence, type, conversationId, at, cloudEvent, chain, kid } = event;
  const { plaintextHash, factSequence, factIndex } = event;
  return {
    ...{ id, sequence, type, conversationId, at, cloudEvent, chain, kid },
    ...{ plaintextHash, factSequence, factIndex, traceparent: '' },
  };
}
