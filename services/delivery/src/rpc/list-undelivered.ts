import type { ListUndeliveredRequest, ListUndeliveredResponse } from '@trunkline/contracts';
import { type CallContext, pageSizeOf, readPageToken, writePageToken } from '@trunkline/runtime';
import { z } from 'zod';
import { type DeliveryContext, portalFor } from './context.ts';
import { listed } from './selection.ts';

const place = z.number().int().nonnegative();
const sizes = { usual: 100, most: 1_000 };

/** Lists what was not delivered and is still kept, and says on the first page how much there is. */
export async function listUndelivered(
  request: ListUndeliveredRequest,
  caller: CallContext,
  context: DeliveryContext,
): Promise<ListUndeliveredResponse> {
  const { id } = portalFor(context, caller, request.portalId);
  const selection = listed(request);
  const pageSize = pageSizeOf(request.pageSize, sizes);
  const afterSequence = readPageToken(request.pageToken, place) ?? 0;
  const isFirst = request.pageToken === '';
  const [found, counts] = await Promise.all([
    context.undelivered.list(id, selection, { afterSequence, limit: pageSize + 1 }),
    isFirst ? context.undelivered.count(id, selection) : [],
  ]);
  const events = found.slice(0, pageSize);
  const last = events.at(-1);
  return {
    events: events.map(({ eventId, sequence, kind, reason, type, conversationId, at, givenUpAt, keptUntil }) => {
      return { id: eventId, sequence, kind, reason, type, conversationId, at, givenUpAt, keptUntil };
    }),
    nextPageToken: found.length > events.length && last !== undefined ? writePageToken(last.sequence) : '',
    counts: counts.map(({ kind, count, first, last: end }) => {
      return { kind, count, firstSequence: first, lastSequence: end };
    }),
  };
}
