import type { PortalAnswer } from '../answers.ts';
import { createPortal, type PortalOptions, type Problem } from '../portal.ts';
import type { Gap, PortalEvent, ReplayedEvent, TakenNotice } from '../take.ts';
import { licenceKeyOf, requestOf, type Wire } from './sender.ts';

/** A portal that remembers what its handlers were called with. `options` replaces any of its parts. */
export function createReceiver(options: Partial<PortalOptions> = {}) {
  const events: PortalEvent[] = [];
  const replays: ReplayedEvent[] = [];
  const notices: TakenNotice[] = [];
  const gaps: Gap[] = [];
  const problems: Problem[] = [];
  const licenceKeys = [licenceKeyOf(1)];
  const portal = createPortal({
    licenceKeys,
    onEvent: (event) => void events.push(event),
    onReplay: (event) => void replays.push(event),
    onNotice: (notice) => void notices.push(notice),
    onGap: (gap) => {
      gaps.push(gap);
      return 'refuse';
    },
    onProblem: (problem) => void problems.push(problem),
    ...options,
  });
  return {
    ...{ portal, events, replays, notices, gaps, problems },
    /** Sends a batch, signed, and returns the answer. */
    send: (batch: readonly Wire[] | string, key = licenceKeyOf(1)) => portal.handle(requestOf(batch, key)),
    /** The ids that were taken, in order. */
    taken: () => events.map((event) => event.id),
  };
}

/** Status and body of an answer, for comparing in one line. */
export function brief(answer: PortalAnswer): [number, unknown] {
  return [answer.status, JSON.parse(answer.body)];
}
