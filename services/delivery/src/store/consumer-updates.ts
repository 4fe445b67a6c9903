// The changes of a consumer's document, each one stage of an update: within a stage every expression reads what was before it.

/** A portal has two valid keys at most, and few that it had before. */
const mostUnknownKids = 8;

const now = { changedAt: '$$NOW' } as const;
const wasOwn = { $in: ['$role', ['primary', 'closed']] };
const nextEpoch = { $add: ['$epoch', 1] };

/** Where it belongs, and how a new one begins. Pure. */
export function place(consumer: Readonly<Record<string, string | number>>): object {
  const fields = Object.entries(consumer).map(([field, value]) => [field, { $literal: value }] as const);
  const beginning = {
    role: { $ifNull: ['$role', 'follower'] },
    acknowledged: { $ifNull: ['$acknowledged', 0] },
    epoch: { $ifNull: ['$epoch', 1] },
    isAsked: { $ifNull: ['$isAsked', false] },
    streamId: { $ifNull: ['$streamId', ''] },
  };
  return { $set: { ...Object.fromEntries(fields), ...beginning } };
}

/** The primary one from now on. What it acknowledged as such holds; as a follower it stood wherever it liked. Pure. */
export function opening(afterSequence: number): object {
  const acknowledged = { $cond: [wasOwn, { $max: ['$acknowledged', afterSequence] }, afterSequence] };
  const isPrimary = { $eq: ['$role', 'primary'] };
  const epoch = { $cond: [isPrimary, '$epoch', nextEpoch] };
  // Of a place that was handed over since, nothing is refused: the event comes to whoever has the next place.
  const refused = { $cond: [isPrimary, { $ifNull: ['$refused', '$$REMOVE'] }, '$$REMOVE'] };
  return { $set: { ...now, role: 'primary', isAsked: false, acknowledged, epoch, refused } };
}

/** Not the primary one any more. */
export const closing: object = { $set: { ...now, role: 'closed' } };

/** Everything up to a sequence is taken. Pure. */
export function taking(sequence: number): object {
  const isNew = { $gt: [sequence, '$acknowledged'] };
  const acknowledgedAt = { $cond: [isNew, '$$NOW', '$acknowledgedAt'] };
  return { $set: { ...now, acknowledged: { $max: ['$acknowledged', sequence] }, acknowledgedAt } };
}

/**
 * The event after that is refused for good. Its consumer has another place from now on, which nobody is served before the owner of
 * the lane has parked the event. Pure.
 */
export function refusing(sequence: number, eventId: string): object {
  return { $set: { epoch: nextEpoch, refused: { sequence, eventId: { $literal: eventId } } } };
}

/** It has no key of this name, which is believed for so long; of the last eight that it named. Pure. */
export function missing(kid: string, forMs: number): object {
  const isOther = { $and: [{ $ne: ['$$each.kid', { $literal: kid }] }, { $gt: ['$$each.until', '$$NOW'] }] };
  const others = { $filter: { input: { $ifNull: ['$unknownKids', []] }, as: 'each', cond: isOther } };
  const all = { $concatArrays: [others, [{ kid: { $literal: kid }, until: { $add: ['$$NOW', forMs] } }]] };
  return { $set: { unknownKids: { $slice: [all, -mostUnknownKids] } } };
}

/** A new stream. A follower may be given a place; one that was the primary one begins anew as a follower. Pure. */
export function subscribing(streamId: string, isAsked: boolean, afterSequence?: number): object {
  const stream = { ...now, streamId, isAsked, subscribedAt: '$$NOW' };
  if (isAsked) return { $set: stream };
  if (afterSequence !== undefined) {
    return { $set: { ...stream, role: 'follower', acknowledged: afterSequence, epoch: nextEpoch } };
  }
  const epoch = { $cond: [{ $eq: ['$role', 'follower'] }, '$epoch', nextEpoch] };
  return { $set: { ...stream, role: 'follower', epoch } };
}
