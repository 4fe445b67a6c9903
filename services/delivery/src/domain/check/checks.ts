import type { Check } from './check.ts';
import { checksOfOrder as order } from './checks-of-order.ts';
import { checksOfStrands } from './checks-of-strands.ts';
import { checksOfTrust as trust } from './checks-of-trust.ts';

/**
 * The checks of every receiver, in the order in which they are sent. Old events are sent again at the end, where a receiver that follows them back
 * can no longer spoil the answers to others.
 */
export const portalChecks: readonly Check[] = [
  ...[order.good, order.repeat],
  ...[trust.unsigned, trust.forged, trust.old],
  ...[order.grown, order.unopened, order.gap, order.swapped],
  ...[trust.unknownKey, trust.tooLarge],
  ...[order.unheard, order.notice, order.replay, order.wide],
];

/** The checks of the receiver of a parallel portal: first the others, on the stream as it is before there are strands. */
export const parallelChecks: readonly Check[] = [...portalChecks, ...checksOfStrands];
