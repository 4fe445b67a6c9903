import { type Band, chartOf } from '../load/chart.ts';
import type { LatencySummary } from '../load/judge/latency.ts';
import type { Upset } from './overlaps.ts';

/** What is drawn together, by the name of what was disturbed. The last one takes the rest. */
const rows: readonly { readonly name: string; readonly isOf: (name: string) => boolean }[] = [
  { name: 'services killed, frozen, or of a wrong clock', isOf: (name) => /^[a-z]+-\d+$/.test(name) },
  { name: 'servers killed or frozen', isOf: (name) => /^(nats|mongo|kafka)(-\d+)?$/.test(name) },
  { name: 'bad wires', isOf: (name) => name.includes(' → ') },
  { name: 'portals that misbehave or change', isOf: (name) => /^p\d+/.test(name) },
  { name: 'full streams', isOf: () => true },
];

/** A storm, and what was disturbed when. SVG. Pure. */
export function stormChart(latency: LatencySummary, upsets: readonly Upset[], note: string): string {
  const { firstAtMs, seconds } = latency;
  const bands = rows.map(({ name }, index): Band => {
    const own = upsets.filter((upset) => rows.findIndex(({ isOf }) => isOf(upset.name)) === index);
    const times = own.map(({ fromMs, toMs }) => ({
      from: (fromMs - firstAtMs) / 1_000,
      to: (toMs - firstAtMs) / 1_000,
    }));
    return { name, times };
  });
  return chartOf({ title: 'A storm, all portals', note, lines: [{ name: 'all portals', seconds }], bands });
}
