import type { Second } from '../load/judge/latency.ts';
import type { Conditions } from './report.ts';
import type { Side, TroubleResult } from './trouble.ts';

const width = 900;
const height = 460;
const left = 64;
const plotWidth = width - left - 24;
const plotHeight = 150;

/** Throughput and latency of the portals that are well, second by second, without and beside trouble. SVG, light and dark. */
export function chartOf({ without, beside, sick, burst }: TroubleResult, { commit }: Conditions): string {
  const most = (value: (second: Second) => number) =>
    Math.max(1, ...[...without.latency.seconds, ...beside.latency.seconds].map(value));
  const count = { title: 'delivered a second', top: 56, most: most(({ count: delivered }) => delivered), of: countOf };
  const latency = { title: 'latency, ms (p50 and p99)', top: 262, most: most(({ p99Ms }) => p99Ms), of: p99Of };
  const p50 = { ...latency, of: p50Of };
  const seconds = Math.max(without.latency.seconds.length, beside.latency.seconds.length, 2);
  const scale = { seconds };
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Throughput and latency over time">
<style>
  svg { font: 13px system-ui, sans-serif; color-scheme: light dark }
  .back { fill: light-dark(#fff, #16181d) } text { fill: light-dark(#1c2430, #dde3ec) } .axis { stroke: light-dark(#c8d0da, #3a424e) }
  polyline { fill: none; stroke-width: 2 } .without { stroke: light-dark(#8593a5, #7d8ba0) } .beside { stroke: light-dark(#c2410c, #fb923c) }
  .thin { stroke-width: 1; stroke-dasharray: 3 3 }
</style>
<rect class="back" width="${width}" height="${height}"/>
<text x="${left}" y="24" font-weight="600">The portals that are well: alone (grey), and beside ${sick} sick portals and a burst of ${burst} (orange)</text>
<text x="${left}" y="${height - 10}">seconds · commit ${commit} · the faults last from the first to the last second of the orange run</text>
${axes(count)}${line(without, count, 'without', scale)}${line(beside, count, 'beside', scale)}
${axes(latency)}${line(without, latency, 'without', scale)}${line(beside, latency, 'beside', scale)}
${line(without, p50, 'without thin', scale)}${line(beside, p50, 'beside thin', scale)}
</svg>
`;
}

const countOf = ({ count }: Second) => count;
const p99Of = ({ p99Ms }: Second) => p99Ms;
const p50Of = ({ p50Ms }: Second) => p50Ms;

interface Plot {
  readonly title: string;
  readonly top: number;
  readonly most: number;
  readonly of: (second: Second) => number;
}

function axes({ title, top, most }: Plot): string {
  const bottom = top + plotHeight;
  return `<text x="${left}" y="${top - 8}">${title}</text>
<line class="axis" x1="${left}" y1="${bottom}" x2="${left + plotWidth}" y2="${bottom}"/>
<text x="${left - 8}" y="${top + 10}" text-anchor="end">${Math.round(most)}</text><text x="${left - 8}" y="${bottom}" text-anchor="end">0</text>`;
}

function line(
  { latency }: Side,
  { top, most, of }: Plot,
  style: string,
  { seconds }: { readonly seconds: number },
): string {
  const x = (second: number) => (left + (second * plotWidth) / (seconds - 1)).toFixed(1);
  const y = (value: number) => (top + plotHeight * (1 - value / most)).toFixed(1);
  // The last second is cut short by the end of the run.
  const points = latency.seconds.slice(0, -1).map((second) => `${x(second.second)},${y(of(second))}`);
  return `<polyline class="${style}" points="${points.join(' ')}"/>`;
}
