import { createChance } from '../../packages/runtime/src/bus/queue/model/chance.ts';
import type { Field } from '../load/field.ts';
import type { SendResult } from '../load/sender/send.ts';
import { type Answer, writeAnswers } from './answers/write.ts';
import { deal, ofInstallation, ofPortals, pickDisturbance } from './disturbances/all.ts';
import { claimsOf, type Disturbance, ownersOf, type Taken } from './disturbances/disturbance.ts';
import { growthOf, healthOf } from './health.ts';
import { isOnce, namesOf } from './kinds.ts';
import type { Upset } from './overlaps.ts';
import type { ChaosPlan } from './plan.ts';

/** So many things may be wrong at once in the installation, and as many with its portals. */
const atOnce = 3;
/** A storm that is longer breaks something. */
const mustKillSeconds = 10;
/** Each thing is done once in any case: a slow machine gets so much longer for it. */
const graceSeconds = 60;
const seedLimit = 2 ** 31;

/** What was sent, and what was broken meanwhile. */
export interface Storm {
  readonly result: SendResult;
  /** Of services and servers, those that ran until then. */
  readonly kills: number;
  /** How often each thing was done, and mended. */
  readonly counts: ReadonlyMap<string, number>;
  /** What those saw who looked on. */
  readonly seen?: string;
  /** Answers that were stored meanwhile. */
  readonly answers?: readonly Answer[];
  /** Disturbances that could not be mended, and signs that nothing was disturbed, in words. */
  readonly found: readonly string[];
  /** How often each instance had taken a lane before; absent where nobody asks. */
  readonly ownersBefore?: ReadonlyMap<string, number>;
  /** What was disturbed, and when. */
  readonly upsets: readonly Upset[];
  /** Ids of portals that said that they are switched off. */
  readonly gone: ReadonlySet<string>;
  /** True: an owner of lanes was killed, frozen or stopped. */
  readonly isDisowned?: boolean;
}

/** Hears what happens as it happens. */
export interface Telling {
  readonly seconds: () => number;
  readonly tell: (what: string) => void;
}

/** Tells what happens, with the seconds since the beginning. */
export function startTelling(): Telling {
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1_000;
  return { seconds, tell: (what) => console.log(`  ${seconds().toFixed(1).padStart(6)} s  ${what}`) };
}

/** Writes and breaks things, until it was long enough or the signal. What was broken is mended when this resolves. */
export async function runStorm(
  field: Field,
  plan: ChaosPlan,
  { telling, signal }: { readonly telling: Telling; readonly signal: AbortSignal },
): Promise<Storm> {
  const { ownerChanges: ownersBefore } = await healthOf(field.installation);
  const messages = plan.perSecond * plan.seconds;
  const pace = { messages, seconds: 0, perSecond: plan.perSecond, connections: 32 };
  const sending = field.sender.ask('send', { portals: [], ...pace, characters: 256, longEvery: 50 });
  const stop = () => void field.sender.ask('stop', null).catch(() => {});
  signal.addEventListener('abort', stop);
  const over = new AbortController();
  const answering =
    plan.sink === undefined ? writeAnswers(field, AbortSignal.any([signal, over.signal])) : Promise.resolve([]);
  // A receiver that is not ours cannot be told to misbehave.
  const kinds = plan.sink === undefined ? [ofInstallation(field), ofPortals] : [ofInstallation(field)];
  const dealing = createChance(plan.seed);
  const loops = kinds.flatMap((from) => deal(dealing, from, atOnce).map((first) => ({ from, first })));
  const taken: Taken = { now: new Set(), past: [] };
  const done = await Promise.all(
    loops.map((loop, index) =>
      disturb(field, plan, { ...loop, ...{ telling, signal, taken }, seed: plan.seed + index }),
    ),
  );
  const result = await sending;
  over.abort();
  const answers = await answering;
  signal.removeEventListener('abort', stop);
  const all = done.flatMap(({ disturbances }) => disturbances);
  const kills = all.filter(({ isKill = false }) => isKill).length;
  const found = done.flatMap(({ problems }) => problems);
  if (kills === 0 && plan.seconds >= mustKillSeconds) found.push('nothing was killed: there was no storm');
  const counts = new Map([...Map.groupBy(all, ({ name }) => name)].map(([name, its]) => [name, its.length]));
  const gone = new Set(done.flatMap((each) => each.gone));
  const isDisowned = ownersOf(done.flatMap(({ disowned }) => disowned)).length > 0;
  return { result, kills, counts, found, answers, ownersBefore, isDisowned, upsets: taken.past, gone };
}

/** How many lanes were taken since a storm began; told if none was although owners lost theirs. Pure. */
export function ownersChanged({ ownersBefore, isDisowned = false }: Storm, after?: ReadonlyMap<string, number>) {
  if (ownersBefore === undefined || after === undefined) return { changes: null, found: [] };
  const owners = new Set(ownersOf([...after.keys()]));
  const changes = growthOf(ownersBefore, new Map([...after].filter(([name]) => owners.has(name))));
  const found = isDisowned && changes === 0 ? ['no lane changed its owner: nothing was disturbed'] : [];
  return { changes, found };
}

interface Loop {
  readonly telling: Telling;
  readonly signal: AbortSignal;
  readonly taken: Taken;
  readonly from: readonly Disturbance[];
  /** Those that it does before any other. */
  readonly first: readonly Disturbance[];
  readonly seed: number;
}

/**
 * One thing after the other, its own share first. Its choices depend on its seed alone, not on how long others take; but what cannot
 * be done at the moment, because others disturb the same, and is of that share, is tried again.
 */
async function disturb(field: Field, plan: ChaosPlan, { telling, signal, taken, from, first, seed }: Loop) {
  const done = {
    disturbances: [] as Disturbance[],
    problems: [] as string[],
    disowned: [] as string[],
    gone: [] as string[],
  };
  const names = {
    changing: namesOf(plan.portals, (kind) => kind === 'changing'),
    guaranteed: namesOf(plan.portals, (kind) => !isOnce(kind)),
  };
  const chance = createChance(seed);
  const owed = [...first];
  const endsAt = () => plan.seconds - 1 + (owed.length > 0 ? graceSeconds : 0);
  while (telling.seconds() < endsAt() && !signal.aborted) {
    const drawn = pickDisturbance(chance, from);
    const due = owed.shift();
    const disturbance = due ?? drawn;
    const own = createChance(chance.below(seedLimit));
    const pauseMs = 200 + chance.below(1_000);
    try {
      const disowned = (name: string) => void done.disowned.push(name);
      const gone = (portalId: string) => void done.gone.push(portalId);
      const means = { chance: own, tell: telling.tell, claim: claimsOf(taken, own), ...names, disowned, gone };
      if (await disturbance.run(field, means)) done.disturbances.push(disturbance);
      else if (due !== undefined) owed.push(due);
    } catch (error) {
      done.problems.push(`${disturbance.name}: ${error instanceof Error ? error.message : error}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return done;
}
