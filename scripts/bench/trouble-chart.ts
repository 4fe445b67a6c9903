import { chartOf } from '../load/chart.ts';
import type { Conditions } from './report.ts';
import type { Period, TroubleResult } from './trouble.ts';

/** The last pair of runs: the portals that are well, alone and beside trouble. SVG; undefined where nothing was measured. Pure. */
export function troubleChart({ pairs, sick, burst }: TroubleResult, { commit }: Conditions): string | undefined {
  const last = pairs.at(-1);
  if (last === undefined) return undefined;
  const { without, beside } = last;
  const { firstAtMs } = beside.latency;
  const inRun = ({ fromMs, toMs }: Period) => ({ from: (fromMs - firstAtMs) / 1_000, to: (toMs - firstAtMs) / 1_000 });
  return chartOf({
    title: 'The portals that are well',
    note: `commit ${commit} · the last of ${pairs.length} pairs of runs`,
    lines: [
      { name: 'alone', seconds: without.latency.seconds },
      { name: 'beside those that are not', seconds: beside.latency.seconds },
    ],
    bands: [
      { name: `${sick} portals refuse, hang, fail, reset`, times: [inRun(beside.misbehaving)] },
      { name: `a burst of ${burst} to one that is well`, times: [inRun(beside.bursting)] },
    ],
  });
}
