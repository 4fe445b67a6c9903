import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { laneCount } from '../../packages/contracts/src/index.ts';
import { originsOf } from '../../packages/testkit/src/index.ts';
import { memoryMb } from '../load/cpu.ts';
import { type Field, startField } from '../load/field.ts';
import { createPhases, type Phases } from '../load/phases.ts';
import type { Progress } from '../progress.mjs';
import { measurePairs } from './delivery.ts';
import { measureHooks, startDrivers } from './hooks.ts';
import { measureIdle } from './idle.ts';
import { isClean, type LastLook, lookAtFollowed, lookLast } from './last-look.ts';
import { type Load, runWhole, type WholeRun } from './measure.ts';
import { type BenchPlan, planOf, type RawFlags } from './plan.ts';
import { type Conditions, lineOf, type ManyPortals, type Measured, tableOf } from './report.ts';
import { setLinger } from './settings.ts';
import { measureTrouble } from './trouble.ts';
import { troubleChart } from './trouble-chart.ts';

/** Calls that are open at once: each bot has one, as its messenger would, and many write at the same time. */
const connections = 256;

/** Measures what the flags say, prints the table and the line, and gives the exit code: 1 when anything was not as it must be. */
export async function runBench(flags: RawFlags, progress: Progress, signal: AbortSignal): Promise<number> {
  const plan = planOf(flags);
  if (typeof plan === 'string') {
    console.error(plan);
    return 1;
  }
  const conditions = conditionsOf(plan);
  const say = (what: string) => progress.update('bench', what);
  const measured: Measured = { looks: [] };
  const phases = createPhases();
  await measureField(plan, measured, { say, signal, phases });
  if (plan.parts.has('many') && !signal.aborted)
    measured.many = await measureMany(plan, measured, { say, signal, phases });
  if (plan.parts.has('hooks') && !signal.aborted)
    measured.hooks = await measureHookTimes(plan, { say, signal, phases });
  progress.done('bench', 'done');
  const chart = measured.trouble && troubleChart(measured.trouble, conditions);
  if (plan.chart !== undefined && chart !== undefined) await writeFile(plan.chart, chart);
  console.log(tableOf(measured, conditions));
  console.log(phases.told());
  console.log(lineOf(measured, conditions));
  if (signal.aborted) console.error('the run was ended before its end');
  return measured.looks.every(isClean) && !signal.aborted ? 0 : 1;
}

interface Telling {
  readonly phases: Phases;
  readonly say: (what: string) => void;
  readonly signal: AbortSignal;
}

/** Everything but the many portals, in one field. */
async function measureField(plan: BenchPlan, measured: Measured, { say, signal, phases }: Telling): Promise<void> {
  const { parts, runs, portals, messages, sync, sink } = plan;
  if (!['idle', 'pairs', 'whole', 'latency', 'trouble'].some((part) => parts.has(part))) return;
  phases.begin('starting');
  await using field = await startField({ portals, lingerMs: 200, natsSync: sync, sink, say, signal });
  if (parts.has('idle')) {
    phases.begin('idle');
    measured.idle = await measureIdle(field, runs, say);
  }
  phases.begin('warming up');
  say('warming up');
  await runWhole(field, { messages: Math.max(portals, 500) * 2, seconds: 0, perSecond: 0, connections });
  const fast: Load = { messages, seconds: 0, perSecond: 0, connections };
  phases.begin('whole and latency');
  if (parts.has('whole')) measured.whole = await several(field, runs, fast, (number) => say(`whole way, ${number}`));
  if (parts.has('latency') || parts.has('trouble')) await setLinger(field, 1);
  const { latencyPerSecond: perSecond, latencySeconds: seconds } = plan;
  const even: Load = { messages: perSecond * seconds, seconds: 0, perSecond, connections };
  if (parts.has('latency')) measured.latency = await several(field, runs, even, (number) => say(`latency, ${number}`));
  if (parts.has('trouble')) {
    phases.begin('trouble');
    const { troubleSeconds, burst } = plan;
    const options = { pairs: runs, perSecond, seconds: troubleSeconds, burst };
    measured.trouble = await measureTrouble(field, options, (pair) => say(`trouble beside the others, ${pair}`));
  }
  phases.begin('last look');
  say('looking whether more comes');
  look(measured, await lookLast(field));
  if (parts.has('pairs')) {
    phases.begin('pairs');
    measured.pairs = await measurePairs(field, { pairs: runs, messages, say });
    look(measured, await lookAtFollowed(field), measured.looks[0]);
  }
}

/** Keeps what was seen; what one judge had counted at a former look is not counted twice. */
function look(measured: Measured, seen: LastLook | undefined, former?: LastLook): void {
  if (seen === undefined) return;
  const { overlaps, broken, told } = seen;
  const news = former && {
    ...{ overlaps: overlaps - former.overlaps, broken: broken - former.broken, told: told.slice(former.told.length) },
  };
  measured.looks = [...measured.looks, { ...seen, ...news }];
}

async function several(
  field: Field,
  runs: number,
  load: Load,
  onRun: (number: string) => void,
): Promise<readonly WholeRun[]> {
  const measured: WholeRun[] = [];
  for (let number = 1; number <= runs; number += 1) {
    onRun(`${number} of ${runs}`);
    measured.push(await runWhole(field, load));
  }
  return measured;
}

/** The same messages to many portals and to a tenth of them, all of them active. */
async function measureMany({ many, sync }: BenchPlan, measured: Measured, telling: Telling): Promise<ManyPortals> {
  telling.phases.begin('many');
  await using field = await startField({ portals: many, lingerMs: 200, natsSync: sync, ...telling });
  const fewer = Math.round(many / 10);
  const some = field.portals.slice(0, fewer).map(({ name }) => name);
  telling.say('warming up');
  await runWhole(field, { messages: many * 2, seconds: 0, perSecond: 0, connections });
  const load: Load = { messages: many * 2, seconds: 0, perSecond: 0, connections };
  telling.say(`${fewer} portals`);
  const few = await runWhole(field, { ...load, portals: some });
  telling.say(`${many} portals`);
  const all = await runWhole(field, load);
  const deliveryMb = memoryMb(field.installation.pids().get('delivery-1') ?? 0);
  look(measured, await lookLast(field));
  return { portals: many, fewer, manyUs: all.cost.totalUs, fewerUs: few.cost.totalUs, deliveryMb };
}

/** Hook calls of each connector, on an installation that does nothing else. */
async function measureHookTimes({ runs, hookCalls: calls, sync }: BenchPlan, telling: Telling) {
  telling.phases.begin('hooks');
  await using stack = new AsyncDisposableStack();
  const drivers = await startDrivers(stack);
  const platforms = [...drivers.values()].flatMap(originsOf);
  await using field = await startField({ portals: 1, lingerMs: 200, natsSync: sync, platforms, ...telling });
  return await measureHooks(field, drivers, { runs, calls, ...telling });
}

function conditionsOf({ portals, sync }: BenchPlan): Conditions {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  return { commit, fsync: sync, portals, lanes: laneCount, cores: availableParallelism(), load: loadavg()[0] ?? 0 };
}
