import { headers, StreamTotals } from '@trunkline/contracts';
import type { StoredMessage } from '../ports.ts';

/** What a portal's stream weighs before its first message. */
export const noTotals: StreamTotals = StreamTotals.create();

/** What the server keeps beside a message's bytes: subject, headers, its own record. */
const besideBytes = 256;

/** What a portal's stream weighs up to and with a message; nothing where it does not tell, as before there were totals. Pure. */
export function totalsOf(message: Pick<StoredMessage, 'header'> | undefined): StreamTotals {
  return (message && told(message)) ?? noTotals;
}

/**
 * A sealer that knew of no beginning of a count wrote three numbers, and went on from those before whatever they were counted
 * from: they say nothing that another message could be compared with.
 */
function told(message: Pick<StoredMessage, 'header'>): StreamTotals | undefined {
  const counts = (message.header(headers.totals) ?? '').split('.').map(Number);
  const [bytes = 0, overflowedBytes = 0, overflowedMessages = 0, fromSequence] = counts;
  return fromSequence === undefined ? undefined : { bytes, overflowedBytes, overflowedMessages, fromSequence };
}

/** The totals that the next message of a stream is added to. Where the last one does not tell, counting begins behind it. Pure. */
export function totalsBehind(last: Pick<StoredMessage, 'header'> | undefined): StreamTotals {
  if (last === undefined) return noTotals;
  return told(last) ?? { ...noTotals, fromSequence: Number(last.header(headers.sequence) ?? 0) + 1 };
}

/** A message's header of its totals. Pure. */
export function totalsHeader(totals: StreamTotals): Record<string, string> {
  const { bytes, overflowedBytes, overflowedMessages, fromSequence } = totals;
  return { [headers.totals]: `${bytes}.${overflowedBytes}.${overflowedMessages}.${fromSequence}` };
}

/** The totals with one more message, of which so much went to the object store. Pure. */
export function withMessage(before: StreamTotals, data: Uint8Array, overflowedBytes = 0): StreamTotals {
  return {
    bytes: before.bytes + data.length + besideBytes,
    overflowedBytes: before.overflowedBytes + overflowedBytes,
    overflowedMessages: before.overflowedMessages + (overflowedBytes > 0 ? 1 : 0),
    fromSequence: before.fromSequence,
  };
}

/** The later of two of one stream; a message that does not tell is never later. Pure. */
export function laterTotals(one: StreamTotals, two: StreamTotals): StreamTotals {
  const later = two.fromSequence - one.fromSequence || two.bytes - one.bytes;
  return later > 0 ? two : one;
}

/**
 * What a portal holds: what its stream weighs up to its head, without what is done. Where counting began anew behind what is done,
 * all that was counted since; what waits from before that is not known. Pure.
 */
export function heldOf(head: StreamTotals, done: StreamTotals): Omit<StreamTotals, 'fromSequence'> {
  const before = head.fromSequence > done.fromSequence ? noTotals : done;
  const less = (key: keyof StreamTotals) => Math.max(0, head[key] - before[key]);
  return {
    bytes: less('bytes'),
    overflowedBytes: less('overflowedBytes'),
    overflowedMessages: less('overflowedMessages'),
  };
}
