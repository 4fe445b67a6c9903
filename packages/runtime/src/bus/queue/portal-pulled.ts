import type { DeliveryAttempt } from '@trunkline/contracts';
import type { Lane } from './portal-lane.ts';
import type { PulledRun } from './portal-ports.ts';

/** So many wait for a record at most; the rest comes after it. */
const mostAtOnce = 500;

/** Lets the next record tell what consumers took of replays: an attempt for each run, as of what is sent. */
export function tellPulled(lane: Lane): void {
  const waiting = [...lane.ports.replays.pulled(lane.lane)];
  const ids = new Set(waiting.map(({ id }) => id));
  for (const id of [...lane.told]) if (!ids.has(id)) lane.told.delete(id);
  for (const run of waiting) {
    if (lane.told.has(run.id) || lane.pulled.length >= mostAtOnce) continue;
    lane.told.add(run.id);
    lane.pulled.push(run);
    lane.attempts.push(attemptOf(run));
  }
}

function attemptOf({ portalId, replay, firstSequence, lastSequence, isTaken, at }: PulledRun): DeliveryAttempt {
  const how = { durationMs: 0, httpStatus: 0, attempt: 1, traceparent: '', strand: '' };
  const outcome = isTaken ? 'accepted' : 'portal_rejected';
  const accepted = isTaken ? lastSequence - firstSequence + 1 : 0;
  return { portalId, replay, firstSequence, lastSequence, at, outcome, accepted, ...how };
}

/** A record tells of these. What the store does not hear now it hears with the next one. */
export function recordedPulled(lane: Lane, runs: readonly PulledRun[]): void {
  if (runs.length === 0) return;
  lane.ports.replays.recorded(runs).catch((error: unknown) => {
    lane.observer.troubled(error);
    lane.pulled.push(...runs);
  });
}
