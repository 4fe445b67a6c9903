import type { PortalState } from '@trunkline/contracts';
import type { StatusDocument } from '../store/statuses.ts';

const slotMs = 30 * 60_000;
const most = 48;

/** The half hours of the last day after a look: the present one has the worst that was seen in it. Pure. */
export function withLook(slots: StatusDocument['slots'], state: PortalState, nowMs: number): StatusDocument['slots'] {
  const from = new Date(nowMs - (nowMs % slotMs));
  const oldestMs = from.getTime() - (most - 1) * slotMs;
  const former = slots.filter((slot) => slot.from.getTime() >= oldestMs && slot.from < from);
  const present = slots.find((slot) => slot.from.getTime() === from.getTime());
  return [...former, { from, state: Math.max(present?.state ?? 0, state) as PortalState }];
}
