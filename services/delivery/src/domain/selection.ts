import type { Filter } from '@trunkline/runtime';
import type { UndeliveredDocument } from '../store/undelivered.ts';

/** Why an event was not delivered. */
export type UndeliveredKind = UndeliveredDocument['kind'];

/** Which of the events that were not delivered somebody means; what is absent does not restrict. */
export interface Selection {
  readonly eventIds?: readonly string[];
  readonly conversationId?: string;
  /** By the event's own time: from this on … */
  readonly from?: Date;
  /** … to before this. */
  readonly to?: Date;
  readonly kind?: UndeliveredKind;
}

/** The question for them. Pure. */
export function filterOf(portalId: string, selection: Selection): Filter<UndeliveredDocument> {
  const { eventIds, conversationId, from, to, kind } = selection;
  const at = { ...(from === undefined ? {} : { $gte: from }), ...(to === undefined ? {} : { $lt: to }) };
  return {
    portalId,
    ...(eventIds === undefined ? {} : { _id: { $in: eventIds.map((id) => `${portalId}/${id}`) } }),
    ...(conversationId === undefined ? {} : { conversationId }),
    ...(Object.keys(at).length === 0 ? {} : { at }),
    ...(kind === undefined ? {} : { kind }),
  };
}
