import { type Chance, createChance } from '../../packages/runtime/src/bus/queue/model/chance.ts';
import { type Field, startField } from '../load/field.ts';
import type { Verdict } from '../load/judge/main.ts';
import type { SendResult } from '../load/sender/send.ts';
import type { Progress } from '../progress.mjs';
import { apiOf } from '../up/api.ts';
import { ofInstallation, ofPortals, pickDisturbance } from './disturbances/all.ts';
import { createClaims, type Disturbance } from './disturbances/disturbance.ts';
import { countsOfKinds, isOnce, lingerMs, namesOf, type PortalKind } from './kinds.ts';
import { type ChaosPlan, planOf, type RawFlags } from './plan.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { startWatch } from './watch.ts';

/** Two of each that owns lanes, so that one can take over from the other. */
const scale = { normalizer: 2, sealer: 2, delivery: 2, telegram: 2 };
/** So many things may be wrong at once in the installation, and one with its portals. */
const atOnce = 3;
/** More than there are strands, so that each strand has several. */
const clients = 12;
const healLimitMs = 240_000;
const hurryEveryMs = 2_000;

/** Breaks what can be broken while messages are written; gives the exit code: 1 when any was lost or out of order. */
export async function runChaos(flags: RawFlags, progress: Progress, signal: AbortSignal): Promise<number> {
  const plan = planOf(flags);
  if (typeof plan === 'string') {
    console.error(plan);
    return 1;
  }
  const say = (what: string) => progress.update('chaos', what);
  await using field = await startField({
    ...{ portals: plan.portals.length, lingerMs, clients, natsSync: plan.sync, natsMembers: plan.natsMembers, scale },
    settingsOf: (number) => plan.portals[number - 1]?.settings ?? {},
    // In a cluster clients find the other servers by themselves, around any wire.
    ...{ hasWires: plan.natsMembers === 1, sink: plan.sink, say, signal },
    onKeys: (portals) => {
      if (plan.sink === undefined) return;
      for (const { id, licenceKey } of portals) console.log(`portal ${id} licence key ${licenceKey}`);
    },
  });
  const { scenario } = plan;
  const what = scenario === undefined ? `seed ${plan.seed}` : scenario.name;
  const kinds = countsOfKinds(plan.portals);
  console.log(`${what}: ${plan.perSecond} messages a second to ${toldKinds(kinds)}, ${plan.seconds} s`);
  await field.judge.ask('expectNotices', namesOf(plan.portals, isOnce));
  const storm = await (scenario === undefined ? runWatched(field, plan, signal) : runScenario(field, plan, scenario));
  if (storm === undefined) return 1;
  say('everything is mended: waiting for the rest');
  const verdict = await untilComplete(field);
  progress.done('chaos', 'done');
  console.log(summaryOf(storm, verdict));
  if (verdict !== undefined && !isClean(verdict)) await tellWhere(field, verdict);
  const { lost = null, outOfOrder = null, repeats = null, told = null } = verdict ?? {};
  const { sent } = storm.result;
  const figures = { sent, lost, out_of_order: outOfOrder, repeats, kills: storm.kills, seed: plan.seed, told };
  console.log(
    JSON.stringify({ ...(scenario !== undefined && { scenario: scenario.name }), ...figures, portals: kinds }),
  );
  return verdict === undefined || isClean(verdict) ? 0 : 1;
}

/** `6 sequential, 4 changing` portals. */
function toldKinds(kinds: Readonly<Record<string, number>>): string {
  const parts = Object.entries(kinds).map(([kind, count]) => `${count} ${kind.replace('_', ' ')}`);
  return `${parts.join(', ')} portals`;
}

interface Storm {
  readonly result: SendResult;
  readonly kills: number;
  readonly counts: ReadonlyMap<string, number>;
  /** What those saw who looked on. */
  readonly seen?: string;
}

/** Tells what happens as it happens, with the seconds since the beginning, and counts the kills. */
function startTelling() {
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1_000;
  const telling = {
    ...{ kills: 0, seconds },
    tell: (what: string) => {
      if (what.startsWith('kill')) telling.kills += 1;
      console.log(`  ${seconds().toFixed(1).padStart(6)} s  ${what}`);
    },
  };
  return telling;
}

/** Undefined when it did not go as it must. */
async function runScenario(field: Field, plan: ChaosPlan, scenario: Scenario): Promise<Storm | undefined> {
  const telling = startTelling();
  try {
    const { seconds, perSecond, portals } = plan;
    const firstOf = (kind: PortalKind) => namesOf(portals, (each) => each === kind).slice(0, 1);
    const down = [...firstOf('sequential'), ...firstOf('parallel')];
    const late = field.portals.filter(({ name }) => down.includes(name));
    const result = await scenario.run(field, { seconds, perSecond, late, tell: telling.tell });
    return { result, kills: telling.kills, counts: new Map() };
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
    return { ...storm, seen: await watch.report() };
  } finally {
    over.abort();
  }
}

async function runStorm(
  field: Field,
  plan: ChaosPlan,
  { telling, signal }: { readonly telling: ReturnType<typeof startTelling>; readonly signal: AbortSignal },
): Promise<Storm> {
  const counts = new Map<string, number>();
  const { tell, seconds } = telling;
  const messages = plan.perSecond * plan.seconds;
  const order = { portals: [], messages, seconds: 0, perSecond: plan.perSecond, connections: 32, characters: 256 };
  const sending = field.sender.ask('send', order);
  const claim = createClaims(createChance(plan.seed));
  const changing = namesOf(plan.portals, (kind) => kind === 'changing');
  const disturb = async (chance: Chance, from: readonly Disturbance[]) => {
    while (seconds() < plan.seconds - 1 && !signal.aborted) {
      const disturbance = pickDisturbance(chance, from);
      counts.set(disturbance.name, (counts.get(disturbance.name) ?? 0) + 1);
      await disturbance.run(field, { chance, tell, claim, changing });
      await new Promise((done) => setTimeout(done, 200 + chance.below(1_000)));
    }
  };
  // Each has a chance of its own: what it does depends on the seed, not on how long the other took.
  const sources = Array.from({ length: atOnce }, () => ofInstallation);
  // A receiver that is not ours cannot be told to misbehave.
  if (plan.sink === undefined) sources.push(ofPortals);
  await Promise.all(sources.map((from, index) => disturb(createChance(plan.seed + index), from)));
  return { result: await sending, kills: telling.kills, counts };
}

/** Waits until everything has come; portals that wait for their next attempt are tried at once, as an operator would. */
async function untilComplete(field: Field): Promise<Verdict | undefined> {
  const { gatewayUrl, administratorKey } = field.installation;
  const api = apiOf(gatewayUrl, administratorKey);
  const endsAt = performance.now() + healLimitMs;
  for (;;) {
    const verdict = await field.verdict();
    if (verdict === undefined || verdict.lost === 0 || performance.now() > endsAt) return verdict;
    for (const { id } of field.portals) {
      await api('DeliveryService/Pause', { portalId: id, reason: 'to be tried at once' }).catch(() => {});
      await api('DeliveryService/Resume', { portalId: id }).catch(() => {});
    }
    await new Promise((done) => setTimeout(done, hurryEveryMs));
  }
}

/** What an engineer needs to find out what became of the messages that never came. */
async function tellWhere(field: Field, { missing }: Verdict): Promise<void> {
  const api = apiOf(field.installation.gatewayUrl, field.installation.administratorKey);
  for (const { portal, lost, firstLost } of missing) {
    const id = field.portals.find(({ name }) => name === portal)?.id;
    const backlog = await api('DeliveryService/GetBacklog', { portalId: id }).catch((error: unknown) => String(error));
    console.log(`  ${portal} misses ${lost}, number ${firstLost} first: ${JSON.stringify(backlog)}`);
  }
  console.log(`  logs and data stay in ${field.keep()}`);
}

function isClean({ lost, outOfOrder, broken }: Verdict): boolean {
  return lost === 0 && outOfOrder === 0 && broken.length === 0;
}

function summaryOf({ result, kills, counts, seen }: Storm, verdict: Verdict | undefined): string {
  const rows = [...counts].map(([name, count]) => `  ${name.padEnd(38)}${count}`);
  const judged = verdict ? judgedLines(verdict) : ['  judged by the sink'];
  return [
    '',
    `  sent ${result.sent}, put off ${result.putOff} times, kills ${kills}`,
    ...rows,
    ...judged,
    ...(seen === undefined ? [] : [seen]),
  ].join('\n');
}

function judgedLines({ lost, outOfOrder, repeats, told, broken }: Verdict): readonly string[] {
  return [
    `  lost ${lost}, out of order ${outOfOrder}, repeats ${repeats}, told that it will not come ${told}`,
    ...broken,
  ];
}
