import type { Pair } from './delivery.ts';
import type { HookRun } from './hooks.ts';
import type { IdleRun } from './idle.ts';
import { type LastLook, sumOf } from './last-look.ts';
import type { WholeRun } from './measure.ts';
import { spreadOf, spreadText } from './statistics.ts';
import type { Side, TroubleResult } from './trouble.ts';

/** Everything that was measured; what was not asked for is absent. */
export interface Measured {
  /** What was true of each field in its end; none where another judges. */
  looks: readonly LastLook[];
  idle?: readonly IdleRun[];
  pairs?: readonly Pair[];
  whole?: readonly WholeRun[];
  latency?: readonly WholeRun[];
  trouble?: TroubleResult;
  many?: ManyPortals;
  hooks?: readonly HookRun[];
}

/** Ten thousand portals beside a thousand. */
export interface ManyPortals {
  readonly portals: number;
  readonly fewer: number;
  readonly manyUs: number;
  readonly fewerUs: number;
  readonly deliveryMb: number;
}

/** How it was measured. */
export interface Conditions {
  readonly commit: string;
  readonly fsync: 'default' | 'always';
  readonly portals: number;
  readonly lanes: number;
  readonly cores: number;
  /** Load of the machine before anything was started. */
  readonly load: number;
}

/** The table for people. */
export function tableOf(measured: Measured, conditions: Conditions): string {
  const { commit, fsync, portals, lanes, cores, load } = conditions;
  const lines = [
    '',
    `commit ${commit} · ${portals} portals · ${lanes} lanes · messages of 1 KiB · fsync ${fsync} · ${cores} cores, load before ${load.toFixed(1)}`,
    'One process a service; readers of FACTS: normalizer, sealer, audit. µs: processor time a message, median (least–most).',
    '',
  ];
  const { looks, idle, pairs, whole, latency, trouble, many, hooks } = measured;
  if (idle !== undefined) lines.push(...idleLines(idle));
  if (pairs !== undefined) lines.push(...pairLines(pairs));
  if (whole !== undefined) lines.push(...wholeLines('whole way', whole));
  if (latency !== undefined) lines.push(...latencyLines(latency));
  if (trouble !== undefined) lines.push(...troubleLines(trouble));
  if (many !== undefined) lines.push(...manyLines(many));
  if (hooks !== undefined) lines.push(...hookLines(hooks));
  lines.push(...lookLines(looks));
  return lines.join('\n');
}

function lookLines(looks: readonly LastLook[]): string[] {
  const look = sumOf(looks);
  if (look === undefined) return [`${label('in the end')}judged by the sink`];
  const { lost, outOfOrder, doubled, repeats, overlaps, broken, told } = look;
  return [
    `${label('in the end')}lost ${lost}, doubled ${doubled}, out of order ${outOfOrder}, repeats ${repeats}, requests beside another of the same stream ${overlaps}, broken ${broken}`,
    ...told.map((what) => `  ! ${what}`),
  ];
}

const label = (text: string) => text.padEnd(30);

function idleLines(runs: readonly IdleRun[]): string[] {
  const names = [...new Set(runs.flatMap(({ byProcess }) => [...byProcess.keys()]))];
  const of = (name: string) => spreadOf(runs.map(({ byProcess }) => byProcess.get(name) ?? 0));
  const dearest = names.toSorted((a, b) => of(b).median - of(a).median);
  return [
    `${label('idle')}${spreadText(spreadOf(runs.map(({ totalMs }) => totalMs)))} ms of processor a second`,
    ...dearest.map((name) => `${label(`  ${name}`)}${spreadText(of(name), 1)} ms`),
  ];
}

function pairLines(pairs: readonly Pair[]): string[] {
  const us = (side: 'floor' | 'delivery') => pairs.map((pair) => pair[side].cost.totalUs);
  const rate = (side: 'floor' | 'delivery') => pairs.map((pair) => pair[side].perSecond);
  const ratio = pairs.map(({ floor, delivery }) => delivery.cost.totalUs / floor.cost.totalUs);
  const rates = pairs.map(({ floor, delivery }) => delivery.perSecond / floor.perSecond);
  const line = (side: 'floor' | 'delivery') => {
    const together = spreadText(spreadOf(pairs.map((pair) => pair[side].eventsPerRequest)));
    return `${spreadText(spreadOf(us(side)))} µs   ${spreadText(spreadOf(rate(side)))}/s   ${together} events a request`;
  };
  return [
    `${label('floor, batched')}${line('floor')}`,
    `${label('delivery alone')}${line('delivery')}`,
    `${label('  delivery to floor')}µs × ${spreadText(spreadOf(ratio), 2)}   rate × ${spreadText(spreadOf(rates), 2)}`,
    ...processLines(pairs.map(({ delivery }) => delivery.cost)),
  ];
}

function wholeLines(name: string, runs: readonly WholeRun[]): string[] {
  const last = runs.at(-1)?.verdict;
  return [
    `${label(name)}${spreadText(spreadOf(runs.map(({ cost }) => cost.totalUs)))} µs   ${spreadText(spreadOf(runs.map(({ perSecond }) => perSecond)))}/s`,
    ...processLines(runs.map(({ cost }) => cost)),
    `${label('  lost, out of order, repeats')}${last ? `${last.lost}, ${last.outOfOrder}, ${last.repeats}` : 'judged by the sink'}`,
  ];
}

function processLines(costs: readonly WholeRun['cost'][]): string[] {
  const names = [...new Set(costs.flatMap(({ byProcess }) => [...byProcess.keys()]))];
  const apart = [...new Set(costs.flatMap((cost) => [...cost.apart.keys()]))];
  const of = (name: string) =>
    spreadText(spreadOf(costs.map((cost) => cost.byProcess.get(name) ?? cost.apart.get(name) ?? 0)));
  return [
    ...names.map((name) => `${label(`  ${name}`)}${of(name)} µs`),
    ...apart.map((name) => `${label(`  (apart) ${name}`)}${of(name)} µs`),
  ];
}

function latenciesOf(runs: readonly WholeRun[] = []) {
  return runs.flatMap(({ verdict }) => verdict?.latency ?? []);
}

function latencyLines(runs: readonly WholeRun[]): string[] {
  const of = (part: 'p50Ms' | 'p99Ms') => spreadText(spreadOf(latenciesOf(runs).map((times) => times[part])));
  const rate = spreadText(spreadOf(runs.map(({ perSecond }) => perSecond)));
  const cost = spreadText(spreadOf(runs.map(({ cost: { totalUs } }) => totalUs)));
  return [
    `${label('latency of the whole way')}p50 ${of('p50Ms')} ms   p99 ${of('p99Ms')} ms   at ${rate}/s, linger 0, ${cost} µs`,
    ...processLines(runs.map((run) => run.cost)),
  ];
}

/** Beside trouble to without it, pair by pair. Pure. */
export function troubleRatios({ pairs }: TroubleResult) {
  const ratios = (of: (side: Side) => number) =>
    spreadOf(pairs.map(({ without, beside }) => of(beside) / Math.max(1, of(without))));
  return {
    rate: ratios(({ perSecond }) => perSecond),
    p50: ratios(({ latency }) => latency.p50Ms),
    p99: ratios(({ latency }) => latency.p99Ms),
  };
}

function troubleLines(trouble: TroubleResult): string[] {
  const { sick, burst, pairs, verdict } = trouble;
  const { rate, p50, p99 } = troubleRatios(trouble);
  const of = (side: 'without' | 'beside', what: (side: Side) => number) =>
    spreadText(spreadOf(pairs.map((pair) => what(pair[side]))));
  const latency = (side: 'without' | 'beside') =>
    `p50 ${of(side, (each) => each.latency.p50Ms)}, p99 ${of(side, (each) => each.latency.p99Ms)} ms at ${of(side, ({ perSecond }) => perSecond)}/s`;
  return [
    `${label('trouble beside the others')}${sick} portals refusing, hanging, failing or resetting; a burst of ${burst} to one that is well; ${pairs.length} pairs`,
    `${label('  others: without')}${latency('without')}`,
    `${label('  others: beside')}${latency('beside')}`,
    `${label('  beside to without')}rate × ${spreadText(rate, 2)}   p50 × ${spreadText(p50, 2)}   p99 × ${spreadText(p99, 2)}`,
    `${label('  lost, out of order, repeats')}${verdict.lost}, ${verdict.outOfOrder}, ${verdict.repeats}`,
  ];
}

function manyLines({ portals, fewer, manyUs, fewerUs, deliveryMb }: ManyPortals): string[] {
  const ratio = manyUs / fewerUs;
  return [
    `${label(`${portals} portals`)}${manyUs.toFixed(0)} µs, × ${ratio.toFixed(2)} of ${fewer} portals   delivery holds ${deliveryMb.toFixed(0)} MiB`,
  ];
}

function hookLines(runs: readonly HookRun[]): string[] {
  const of = (all: readonly HookRun[], part: 'answer' | 'fact', rank: 'p50Ms' | 'p99Ms') =>
    spreadText(spreadOf(all.map((run) => run[part][rank])), 1).padEnd(20);
  return [
    `${label('hook call to its fact, ms')}${['p50', 'p99', 'p50 of the answer', 'p99 of the answer'].map((head) => head.padEnd(20)).join('')}`,
    ...[...Map.groupBy(runs, ({ connector }) => connector)].map(
      ([connector, all]) =>
        `${label(`  ${connector}`)}${of(all, 'fact', 'p50Ms')}${of(all, 'fact', 'p99Ms')}${of(all, 'answer', 'p50Ms')}${of(all, 'answer', 'p99Ms')}`,
    ),
  ];
}

/** Medians by connector; null where it was not measured. */
function hooksOf(runs: readonly HookRun[] | undefined) {
  if (runs === undefined) return null;
  const median = (values: readonly number[]) => Number(spreadOf(values).median.toFixed(1));
  return Object.fromEntries(
    [...Map.groupBy(runs, ({ connector }) => connector)].map(([connector, all]) => [
      connector,
      { p50_ms: median(all.map(({ fact }) => fact.p50Ms)), p99_ms: median(all.map(({ fact }) => fact.p99Ms)) },
    ]),
  );
}

/** The last line, for programs; null where it was not measured. */
export function lineOf(
  { looks, idle, pairs, whole, latency, trouble, hooks }: Measured,
  conditions: Conditions,
): string {
  const median = (values: readonly number[] | undefined, digits = 0) =>
    values === undefined || values.length === 0 ? null : Number(spreadOf(values).median.toFixed(digits));
  const look = sumOf(looks);
  const ratios = trouble === undefined ? null : troubleRatios(trouble);
  const round = (value: number) => Number(value.toFixed(2));
  return JSON.stringify({
    floor_us: median(
      pairs?.map(({ floor }) => floor.cost.totalUs),
      1,
    ),
    delivery_us: median(
      pairs?.map(({ delivery }) => delivery.cost.totalUs),
      1,
    ),
    whole_us: median(whole?.map(({ cost }) => cost.totalUs)),
    delivered_per_s: median(whole?.map(({ perSecond }) => perSecond)),
    p50_ms: median(latenciesOf(latency).map(({ p50Ms }) => p50Ms)),
    p99_ms: median(latenciesOf(latency).map(({ p99Ms }) => p99Ms)),
    ...{ lost: look?.lost ?? null, out_of_order: look?.outOfOrder ?? null, repeats: look?.repeats ?? null },
    ...{ doubled: look?.doubled ?? null, broken: look?.broken ?? null, overlaps: look?.overlaps ?? null },
    ...{ trouble_rate: ratios && round(ratios.rate.median), trouble_p99: ratios && round(ratios.p99.median) },
    idle_ms_per_s: median(idle?.map(({ totalMs }) => totalMs)),
    hooks: hooksOf(hooks),
    ...{ fsync: conditions.fsync, lanes: conditions.lanes, commit: conditions.commit },
  });
}
