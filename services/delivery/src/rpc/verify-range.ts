import {
  headers,
  laneOf,
  type PortalEntry,
  type SealedEvent,
  subjects,
  type VerifyRangeRequest,
  type VerifyRangeResponse,
} from '@trunkline/contracts';
import {
  type CallContext,
  invalidArgument,
  type OutboxPlace,
  outboxPlaceOf,
  readRecorded,
  TrunklineError,
} from '@trunkline/runtime';
import { signedHeaders } from '../domain/signature.ts';
import { chainStart, statementBytes } from '../domain/statement.ts';
import { type DeliveryContext, portalFor } from './context.ts';

const mostEvents = 100_000;

/** States what became of a range. Of the done part the undelivered are those that are kept: they are kept longer than the bus keeps. */
export async function verifyRange(
  request: VerifyRangeRequest,
  caller: CallContext,
  context: DeliveryContext,
): Promise<VerifyRangeResponse> {
  const portal = portalFor(context, caller, request.portalId);
  const { from, to } = rangeOf(request);
  const { doneSequence, headSequence, chainBefore, chain } = await placesOf(portal, { from, to }, context);
  const counts = await context.undelivered.countBetween(portal.id, from, Math.min(to, doneSequence));
  const at = new Date(context.now());
  const facts = { portalId: portal.id, from, to, doneSequence, headSequence, givenUp: counts, chainBefore, chain, at };
  const statement = statementBytes(facts);
  const keys = await context.keys.of(portal.id);
  if (keys.length === 0) throw new TrunklineError('no_key', 'all licence keys of the portal are revoked');
  const signed = signedHeaders(`${portal.id}_${from}_${to}_statement`, statement, keys, context.now());
  return {
    statement,
    webhookId: signed[headers.webhookId] ?? '',
    webhookTimestamp: signed[headers.webhookTimestamp] ?? '',
    webhookSignature: signed[headers.webhookSignature] ?? '',
  };
}

function rangeOf({ fromSequence: from, toSequence: to }: VerifyRangeRequest) {
  if (from < 1) throw invalidArgument({ field: 'from_sequence', description: 'must be 1 or more' });
  if (to < from) throw invalidArgument({ field: 'to_sequence', description: 'must not be before from_sequence' });
  if (to - from >= mostEvents)
    throw invalidArgument({ field: 'to_sequence', description: `a range has ${mostEvents} events at most` });
  return { from, to };
}

async function placesOf(
  portal: PortalEntry,
  { from, to }: { readonly from: number; readonly to: number },
  { bus, now, undelivered }: DeliveryContext,
) {
  const lane = laneOf(portal.tenantId);
  const subject = subjects.outbox(lane, portal.id);
  // The cursor first: what is done by then was given before.
  const { cursors } = await readRecorded(bus, lane);
  const doneSequence = cursors.find(({ portalId }) => portalId === portal.id)?.sequence ?? 0;
  const end = eventOf(await outboxPlaceOf(bus, subject, to), to);
  const begin = eventOf(await outboxPlaceOf(bus, subject, Math.max(1, from - 1)), to);
  // What was given up is counted by what is kept: it must not have been removed meanwhile.
  if (now() - (begin.at?.getTime() ?? 0) > undelivered.keepMs)
    throw outOfRange('what was given up of it is kept no longer', narrower);
  const head = await outboxPlaceOf(bus, subject, Number.MAX_SAFE_INTEGER);
  const headSequence = head.kind === 'ahead' ? head.headSequence : to;
  const chainBefore = from === 1 ? chainStart : begin.chain.toString('hex');
  return { doneSequence, headSequence, chainBefore, chain: end.chain.toString('hex') };
}

/** The event at a place; without it, why the range that ends at `to` cannot be answered, and which one can. */
function eventOf(place: OutboxPlace, to: number): SealedEvent {
  switch (place.kind) {
    case 'ahead':
      throw outOfRange(`the last sequence of the portal is ${place.headSequence}`, narrower);
    case 'purged':
      throw purged(place.oldestSequence, to);
    case 'found': {
      const event = place.batch.events[place.index];
      if (event === undefined) throw new TrunklineError('internal', 'an event is not where it was found');
      return event;
    }
  }
}

const narrower = 'Ask for a range within it.';

/** The janitor has removed what everybody has read. Of the oldest that is held nobody can tell any more what was before it. */
function purged(oldest: number, to: number): TrunklineError {
  const first = oldest + 1;
  const which =
    to < first ? `a range that ends at ${first} or later, and begins there` : `the range from ${first} to ${to}`;
  return outOfRange(
    `the bus holds the portal's events from ${oldest} on, so the oldest from_sequence that can be answered is ${first}`,
    `Ask for ${which}. Its chainBefore speaks of every event before it: a receiver that has this chain at ${oldest} has had the same events from the first on. How many of those were given up, its notices tell.`,
  );
}

function outOfRange(why: string, remedy: string): TrunklineError {
  const publicMessage = `The range cannot be answered: ${why}.`;
  return new TrunklineError('failed_precondition', `the range cannot be answered: ${why}`, { publicMessage, remedy });
}
