import { headers, StreamTotals } from '@trunkline/contracts';
import type { StoredMessage } from '../ports.ts';

/** What a portal's stream weighs before its first message. */
export const noTotals: StreamTotals = StreamTotals.create();

/** What the server keeps beside a message's bytes: subject, headers, its own record. */
const besideBytes = 256;

/** What a portal's stream weighs up to and with a message; nothing where it does not tell, as before there were totals. Pure. */
export function totalsOf(message: Pick<StoredMessage, 'header'> | undefined): StreamTotals {
  const [bytes, overflowedBytes, overflowedMessages] = (message?.header(headers.totals) ?? '').split('.').map(Number);
  return {
    bytes: bytes ?? 0,
    overflowedBytes: overflowedBytes ?? 0,
    overflowedMessages: overflowedMessages ?? 0,
  };
}

/** A message's header of its totals. Pure. */
export function totalsHeader({ bytes, overflowedBytes, overflowedMessages }: StreamTotals): Record<string, string> {
  return { [headers.totals]: `${bytes}.${overflowedBytes}.${overflowedMessages}` };
}

/** The totals with one more message, of which so much went to the object store. Pure. */
export function withMessage(before: StreamTotals, data: Uint8Array, overflowedBytes = 0): StreamTotals {
  return {
    bytes: before.bytes + data.length + besideBytes,
    overflowedBytes: before.overflowedBytes + overflowedBytes,
    overflowedMessages: before.overflowedMessages + (overflowedBytes > 0 ? 1 : 0),
  };
}

/** The later of two. Pure. */
export function laterTotals(one: StreamTotals, two: StreamTotals): StreamTotals {
  return two.bytes > one.bytes ? two : one;
}

/** What a portal holds: what its stream weighs up to its head, without what is done. Pure. */
export function heldOf(head: StreamTotals, done: StreamTotals): StreamTotals {
  const less = (key: keyof StreamTotals) => Math.max(0, head[key] - done[key]);
  return {
    bytes: less('bytes'),
    overflowedBytes: less('overflowedBytes'),
    overflowedMessages: less('overflowedMessages'),
  };
}
