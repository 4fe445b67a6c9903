import type { SendOrder } from '@trunkline/contracts';
import type { Connector } from '../connector.ts';
import { carriedIn } from './send-pace.ts';

type Keyed = Pick<Connector, 'capabilities' | 'capabilitiesByKind' | 'capabilitiesBySubchannel' | 'sendKeySeconds'>;

/** A key that the platform never forgets. */
export const forEver = Number.POSITIVE_INFINITY;

/** How long the platform drops a repeat of an order by a key of ours, in seconds; 0: it has none for it. Pure. */
export function keySecondsOf(connector: Keyed, send: SendOrder): number {
  const own = connector.sendKeySeconds?.(send);
  if (own !== undefined) return own;
  const { isSendIdempotent, sendKeySeconds } = carriedIn(connector, send.conversation);
  if (!isSendIdempotent) return 0;
  return sendKeySeconds === 0 ? forEver : sendKeySeconds;
}
