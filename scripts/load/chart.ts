import type { Second } from './judge/latency.ts';

/** What is drawn: throughput and latency second by second, and what went wrong meanwhile. */
export interface Chart {
  readonly title: string;
  readonly note: string;
  /** The first is grey, the second orange. */
  readonly lines: readonly Line[];
  readonly bands: readonly Band[];
}

/** A run. */
export interface Line {
  readonly name: string;
  readonly seconds: readonly Second[];
}

/** Something that went wrong, each time that it did, in seconds of the run. */
export interface Band {
  readonly name: string;
  readonly times: readonly Time[];
}

/** From when until when, in seconds of the run. */
export interface Time {
  readonly from: number;
  readonly to: number;
}

const width = 900;
const left = 64;
const plotWidth = width - left - 24;
const plotHeight = 150;
const rowHeight = 22;
const tops = { legend: 46, count: 84, latency: 276, rows: 452 };
/** So many are told apart by colour; the others begin again. */
const colours = 6;

/** Draws it as SVG, light and dark. Pure. */
export function chartOf({ title, note, lines, bands }: Chart): string {
  // A second in which nothing came is not told of.
  const seconds = Math.max(2, ...lines.flatMap((line) => line.seconds.map(({ second }) => second + 1)));
  const x = (second: number) => left + (Math.min(Math.max(second, 0), seconds - 1) * plotWidth) / (seconds - 1);
  const most = (of: Of) => Math.max(1, ...lines.flatMap((line) => line.seconds.map(of)));
  const plots: readonly Plot[] = [
    { title: 'delivered a second', top: tops.count, most: most(countOf), of: [countOf] },
    { title: 'latency, ms: p99, and p50 dashed', top: tops.latency, most: most(p99Of), of: [p99Of, p50Of] },
  ];
  const height = tops.rows + bands.length * rowHeight + 34;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
<style>
  svg { font: 13px system-ui, sans-serif; color-scheme: light dark }
  .back { fill: light-dark(#fff, #16181d) } text { fill: light-dark(#1c2430, #dde3ec) } .axis { stroke: light-dark(#c8d0da, #3a424e) }
  polyline { fill: none; stroke-width: 2 } .line0 { stroke: light-dark(#64748b, #94a3b8) } .line1 { stroke: light-dark(#c2410c, #fb923c) }
  .thin { stroke-width: 1; stroke-dasharray: 3 3 } .shade { opacity: .1 }
  .band0 { fill: light-dark(#b91c1c, #f87171) } .band1 { fill: light-dark(#1d4ed8, #60a5fa) } .band2 { fill: light-dark(#15803d, #4ade80) }
  .band3 { fill: light-dark(#7e22ce, #c084fc) } .band4 { fill: light-dark(#a16207, #facc15) } .band5 { fill: light-dark(#0e7490, #22d3ee) }
</style>
<rect class="back" width="${width}" height="${height}"/>
<text x="${left}" y="24" font-weight="600">${escaped(title)}</text>
${legendOf(lines)}
${bands.map((band, index) => rowOf(band, { index, x })).join('\n')}
${plots.map((plot) => plotOf(plot, lines, x)).join('\n')}
<text x="${left}" y="${height - 12}">${escaped(`${seconds} seconds · ${note}`)}</text>
</svg>
`;
}

type Of = (second: Second) => number;
type Across = (second: number) => number;

const countOf: Of = ({ count }) => count;
const p99Of: Of = ({ p99Ms }) => p99Ms;
const p50Of: Of = ({ p50Ms }) => p50Ms;

interface Plot {
  readonly title: string;
  readonly top: number;
  readonly most: number;
  /** The second one is drawn thin. */
  readonly of: readonly Of[];
}

function legendOf(lines: readonly Line[]): string {
  return lines
    .map(({ name }, index) => {
      const at = left + (index * plotWidth) / lines.length;
      return `<polyline class="line${index}" points="${at},${tops.legend - 4} ${at + 24},${tops.legend - 4}"/><text x="${at + 32}" y="${tops.legend}">${escaped(name)}</text>`;
    })
    .join('\n');
}

/** A row below the plots, with its name in it, and a shade behind them. */
function rowOf({ name, times }: Band, { index, x }: { readonly index: number; readonly x: Across }): string {
  const top = tops.rows + index * rowHeight;
  const bars = together(times).map(({ from, to }) => {
    const at = `x="${x(from).toFixed(1)}" width="${Math.max(1, x(to) - x(from)).toFixed(1)}"`;
    const shades = [tops.count, tops.latency].map(
      (y) => `<rect class="band${index % colours} shade" ${at} y="${y}" height="${plotHeight}"/>`,
    );
    return `<rect class="band${index % colours}" ${at} y="${top}" height="5" rx="2"/>${shades.join('')}`;
  });
  return `${bars.join('')}<text x="${left}" y="${top + 16}" font-size="11">${escaped(name)}</text>`;
}

function plotOf({ title, top, most, of }: Plot, lines: readonly Line[], x: Across): string {
  const bottom = top + plotHeight;
  const y = (value: number) => (top + plotHeight * (1 - value / most)).toFixed(1);
  // The last second is cut short by the end of the run.
  const drawn = lines.flatMap(({ seconds }, index) =>
    of.map((own, thin) => {
      const points = (own === countOf ? withEmpty(seconds) : seconds)
        .slice(0, -1)
        .map((each) => `${x(each.second).toFixed(1)},${y(own(each))}`);
      return `<polyline class="line${index}${thin > 0 ? ' thin' : ''}" points="${points.join(' ')}"/>`;
    }),
  );
  return `<text x="${left}" y="${top - 8}">${title}</text>
<line class="axis" x1="${left}" y1="${bottom}" x2="${left + plotWidth}" y2="${bottom}"/>
<text x="${left - 8}" y="${top + 10}" text-anchor="end">${Math.round(most)}</text><text x="${left - 8}" y="${bottom}" text-anchor="end">0</text>
${drawn.join('\n')}`;
}

/** With those seconds in which nothing came. */
function withEmpty(seconds: readonly Second[]): readonly Second[] {
  const known = new Map(seconds.map((each) => [each.second, each]));
  return Array.from({ length: Math.max(0, ...known.keys()) + 1 }, (_, second) => {
    return known.get(second) ?? { second, count: 0, p50Ms: 0, p99Ms: 0 };
  });
}

/** What overlaps is one. */
function together(times: readonly Time[]): readonly Time[] {
  const joined: Time[] = [];
  for (const { from, to } of times.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last.to)
      joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, to) };
    else joined.push({ from, to });
  }
  return joined;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
