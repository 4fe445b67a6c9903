import { writeFile } from 'node:fs/promises';
import { whyNoDisk } from '../load/disk.ts';
import { type Field, startField } from '../load/field.ts';
import type { Verdict } from '../load/judge/main.ts';
import { createPhases, type Phases } from '../load/phases.ts';
import type { Progress } from '../progress.mjs';
import { apiOf } from '../up/api.ts';
import { settleAnswers } from './answers/settle.ts';
import { healthInTheEnd } from './health.ts';
import { countsOfKinds, isOnce, lingerMs, namesOf, type PortalKind } from './kinds.ts';
import { figuresOf, isClean, type Outcome, summaryOf } from './outcome.ts';
import { type ChaosPlan, planOf, type RawFlags } from './plan.ts';
import type { Judging, Scenario } from './scenarios/scenario.ts';
import { settle } from './settle/settle.ts';
import { ownersChanged, runStorm, type Storm, startTelling } from './storm.ts';
import { stormChart } from './storm-chart.ts';
import { startWatch } from './watch.ts';

/** Two of each that owns lanes, so that one can take over from the other. */
const scale = { normalizer: 2, sealer: 2, delivery: 2, telegram: 2 };
/** More than there are strands, so that each strand has several. */
const clients = 12;
/** So long a connector waits to hear whether an answer was sent after all. Usually a minute: here nobody answers in the end. */
const doubtSeconds = 5;

/** Breaks what can be broken while messages are written; gives the exit code: 0 only when it came to its end and nothing was wrong. */
export async function runChaos(flags: RawFlags, progress: Progress, signal: AbortSignal): Promise<number> {
  const plan = planOf(flags);
  if (typeof plan === 'string') {
    console.error(plan);
    return 1;
  }
  const cannot = plan.scenario?.hasDisks === true ? await whyNoDisk() : undefined;
  if (cannot !== undefined) {
    console.error(cannot);
    return 1;
  }
  const say = (what: string) => progress.update('chaos', what);
  const phases = createPhases();
  phases.begin('starting');
  await using field = await startField({
    ...{ portals: plan.portals.length, lingerMs, clients, natsSync: plan.sync, natsMembers: plan.natsMembers, scale },
    settingsOf: (number) => plan.portals[number - 1]?.settings ?? {},
    ...{ hasWires: true, sink: plan.sink, say, signal },
    hasDisks: plan.scenario?.hasDisks === true,
    settings: { SEND_DOUBT_SECONDS: String(doubtSeconds) },
  });
  const { scenario } = plan;
  const what = scenario === undefined ? `seed ${plan.seed}` : scenario.name;
  const kinds = countsOfKinds(plan.portals);
  console.log(`${what}: ${plan.perSecond} messages a second to ${toldKinds(kinds)}, ${plan.seconds} s`);
  await field.judge.ask('expectNotices', { names: namesOf(plan.portals, isOnce), kinds: ['skipped'] });
  phases.begin(scenario === undefined ? 'storm' : scenario.name);
  const storm = await (scenario === undefined ? runWatched(field, plan, signal) : runScenario(field, plan, scenario));
  if (signal.aborted) console.error('the run was ended before its end: nothing is judged');
  if (storm === undefined || signal.aborted) return 1;
  say('everything is mended: waiting for the rest');
  const outcome = await outcomeOf(field, plan, { storm, say, phases });
  progress.done('chaos', 'done');
  console.log(summaryOf(outcome));
  console.log(`  ${phases.told()}`);
  if (plan.chart !== undefined && outcome.verdict !== undefined)
    await writeFile(plan.chart, stormChart(outcome.verdict.latency, storm.upsets, what));
  if (!isClean(outcome)) console.log(`  logs and data stay in ${field.keep()}`);
  const named = { ...(scenario !== undefined && { scenario: scenario.name }) };
  console.log(JSON.stringify({ ...named, ...figuresOf(outcome), seed: plan.seed, portals: kinds }));
  return isClean(outcome) ? 0 : 1;
}

/** Waits until all is over, and looks at everything. */
async function outcomeOf(
  field: Field,
  plan: ChaosPlan,
  { storm, say, phases }: { readonly storm: ToldStorm; readonly say: (what: string) => void; readonly phases: Phases },
): Promise<Outcome> {
  phases.begin('answers');
  const answers = await settleAnswers(field, storm.answers ?? []);
  phases.begin('settling');
  const settled = await settle(field, { say, gone: storm.gone });
  const { verdict } = settled;
  const found = [...settled.found, ...answers.found, ...(await whereOf(field, verdict))];
  if (verdict !== undefined) found.push(...(storm.check?.(verdict) ?? []));
  phases.begin('health');
  // A disaster makes lanes stop, and says itself which must.
  const health = plan.scenario === undefined ? await healthInTheEnd(field, storm.gone) : undefined;
  const owners = ownersChanged(storm, health?.ownerChanges);
  say('stopping everything');
  phases.begin('stopping');
  await field.installation.stopAll();
  found.push(...(health?.found ?? []), ...owners.found, ...strayedOf(field, storm));
  return {
    storm,
    verdict,
    answers,
    found,
    ownerChanges: owners.changes,
    fences: health?.fences ?? null,
    staleGets: health?.staleGets ?? null,
  };
}

/** Processes that ended although nobody told them to, but for those that this disaster ends. */
function strayedOf({ installation }: Field, { mayEnd = () => false }: ToldStorm): readonly string[] {
  return installation.strayed.filter((ended) => !mayEnd(ended));
}

/** `6 sequential, 4 changing` portals. */
function toldKinds(kinds: Readonly<Record<string, number>>): string {
  const parts = Object.entries(kinds).map(([kind, count]) => `${count} ${kind.replace('_', ' ')}`);
  return `${parts.join(', ')} portals`;
}

/** A storm, and what must be true of it in the end beside what is always true. */
type ToldStorm = Storm & Judging;

/** Undefined when it did not go as it must. */
async function runScenario(field: Field, plan: ChaosPlan, scenario: Scenario): Promise<ToldStorm | undefined> {
  const telling = startTelling();
  const counts = new Map<string, number>();
  let kills = 0;
  const tell = (what: string) => {
    if (what.startsWith('kill')) kills += 1;
    telling.tell(what);
  };
  try {
    const { seconds, perSecond, portals } = plan;
    const firstOf = (kind: PortalKind) => namesOf(portals, (each) => each === kind).slice(0, 1);
    const down = [...firstOf('sequential'), ...firstOf('parallel')];
    const late = field.portals.filter(({ name }) => down.includes(name));
    const once = namesOf(portals, isOnce);
    const told = await scenario.run(field, { seconds, perSecond, late, once, tell });
    return { ...told, result: told, kills, counts, found: [], upsets: [], gone: new Set() };
  } catch (error) {
    console.error(`${scenario.name}: ${error instanceof Error ? error.message : error}`);
    console.error(`  logs and data stay in ${field.keep()}`);
    return undefined;
  }
}

/** The storm, and who looks on if somebody is to. */
async function runWatched(field: Field, plan: ChaosPlan, signal: AbortSignal): Promise<Storm> {
  const telling = startTelling();
  if (!plan.isWatched) return await runStorm(field, plan, { telling, signal });
  const over = new AbortController();
  const { tell } = telling;
  const until = AbortSignal.any([signal, over.signal]);
  await using watch = await startWatch(field, { shots: plan.shots, tell, signal: until });
  try {
    const storm = await runStorm(field, plan, { telling, signal });
    over.abort();
    const { lines, found } = await watch.report();
    return { ...storm, seen: lines, found: [...storm.found, ...found] };
  } finally {
    over.abort();
  }
}

/** What an engineer needs to find out what became of the messages that never came. */
async function whereOf(field: Field, verdict: Verdict | undefined): Promise<readonly string[]> {
  const api = apiOf(field.installation.gatewayUrl, field.installation.administratorKey);
  const lines = (verdict?.missing ?? []).map(async ({ portal, lost, firstLost }) => {
    const id = field.portals.find(({ name }) => name === portal)?.id;
    const backlog = await api('DeliveryService/GetBacklog', { portalId: id }).catch((error: unknown) => String(error));
    return `${portal} misses ${lost}, number ${firstLost} first: ${JSON.stringify(backlog)}`;
  });
  return await Promise.all(lines);
}
