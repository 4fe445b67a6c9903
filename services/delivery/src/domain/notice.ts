import { ids, type PendingNotice } from '@trunkline/contracts';
import type { BatchItem } from '@trunkline/runtime';

/** A sequence as events carry it: 20 digits, so that it sorts as text. Pure. */
export function sequenceText(sequence: number): string {
  return sequence.toString().padStart(20, '0');
}

/**
 * The CloudEvent that tells a portal which of its events will not come. Signed with its batch, not sealed: it takes the
 * sequence of the last of them and carries the chain as of it, so that the receiver goes on from there. Pure.
 */
export function noticeItem(
  portal: { readonly id: string; readonly tenantId: string },
  notice: PendingNotice,
): BatchItem {
  const { kind, fromSequence, toSequence, reason, chain, at, count } = notice;
  const id = ids.notice(portal.id, fromSequence, toSequence);
  const event = {
    specversion: '1.0',
    id,
    source: `trunkline/${portal.tenantId}/${portal.id}`,
    type: `trunkline.events.${kind}.v1`,
    time: (at ?? new Date(0)).toISOString(),
    sequence: sequenceText(toSequence),
    chain: chain.toString('hex'),
    datacontenttype: 'application/json',
    data: {
      ...{ from: sequenceText(fromSequence), to: sequenceText(toSequence) },
      // Within the range of a strand are events of others, which it does not speak of.
      ...(count > 0 && { count }),
      reason,
    },
  };
  return { sequence: toSequence, id, bytes: Buffer.from(JSON.stringify(event)), traceparent: '' };
}
