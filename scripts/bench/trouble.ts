import type { Field } from '../load/field.ts';
import type { Fault } from '../load/judge/faults.ts';
import type { Verdict } from '../load/judge/main.ts';
import { characters } from './measure.ts';

/** The portals that are well, without and with trouble beside them. */
export interface TroubleResult {
  readonly sick: number;
  readonly burst: number;
  readonly pairs: readonly TroublePair[];
  /** Of everything ever sent in the field, after the sick ones recovered. */
  readonly verdict: Verdict;
}

/** Two runs, one shortly after the other; which of them comes first changes from pair to pair. */
export interface TroublePair {
  readonly without: Side;
  readonly beside: TroubledSide;
}

/** From when until when something was so, in milliseconds since 1970. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A run beside trouble, and when that was. */
export interface TroubledSide extends Side {
  readonly misbehaving: Period;
  readonly bursting: Period;
}

/** One of the two runs, of the portals that are well in both. */
export interface Side {
  readonly perSecond: number;
  readonly latency: Verdict['latency'];
}

/** How much is sent. */
export interface TroubleOptions {
  readonly pairs: number;
  readonly perSecond: number;
  /** Of each run. */
  readonly seconds: number;
  /** Messages to one portal that is well, at once. */
  readonly burst: number;
}

const kinds: readonly Fault[] = ['refusing', 'hanging', 'failing', 'resetting'];
const connections = 64;
const healLimitMs = 180_000;

/** One portal in a hundred misbehaves, each fourth in another way, and one that is well gets a burst: what do the others feel? */
export async function measureTrouble(
  field: Field,
  options: TroubleOptions,
  onPair: (number: string) => void,
): Promise<TroubleResult> {
  const names = field.portals.map(({ name }) => name);
  const sick = names.slice(0, Math.max(1, Math.round(names.length / 100)));
  const [bursting = '', ...others] = names.slice(sick.length);
  const { perSecond, seconds } = options;
  const well: Run = { perSecond, seconds, written: [...others, ...sick], watched: others };
  const pairs: TroublePair[] = [];
  for (let number = 1; number <= options.pairs; number += 1) {
    onPair(`${number} of ${options.pairs}`);
    const without = number % 2 === 1 ? await run(field, well) : undefined;
    const beside = await runBeside(field, { well, sick, bursting, burst: options.burst });
    // The next run begins when nothing is left of this one's trouble.
    await untilComplete(field);
    pairs.push({ beside, without: without ?? (await run(field, well)) });
  }
  return { sick: sick.length, burst: options.burst, pairs, verdict: await untilComplete(field) };
}

interface Trouble {
  readonly well: Run;
  readonly sick: readonly string[];
  readonly bursting: string;
  readonly burst: number;
}

async function runBeside(field: Field, { well, sick, bursting, burst }: Trouble): Promise<TroubledSide> {
  const { judge, sender } = field;
  const fromMs = Date.now();
  await judge.ask(
    'misbehave',
    Object.fromEntries(sick.map((name, index) => [name, kinds[index % kinds.length] ?? null])),
  );
  const order = { messages: burst, seconds: 0, perSecond: 0, connections: 1, characters };
  const [side, bursted] = await Promise.all([
    run(field, well),
    timed(() => sender.ask('send', { portals: [bursting], ...order })),
  ]);
  await judge.ask('misbehave', Object.fromEntries(sick.map((name) => [name, null])));
  return { ...side, bursting: bursted, misbehaving: { fromMs, toMs: Date.now() } };
}

async function timed(work: () => Promise<unknown>): Promise<Period> {
  const fromMs = Date.now();
  await work();
  return { fromMs, toMs: Date.now() };
}

interface Run extends Pick<TroubleOptions, 'perSecond' | 'seconds'> {
  readonly written: readonly string[];
  readonly watched: readonly string[];
}

async function run(field: Field, { written, watched, perSecond, seconds }: Run): Promise<Side> {
  const { judge, sender } = field;
  await judge.ask('time', [...watched]);
  const order = {
    portals: [...written],
    messages: perSecond * seconds,
    seconds: 0,
    perSecond,
    connections,
    characters,
  };
  await sender.ask('send', order);
  const latency = (await untilComplete(field, watched)).latency;
  const tookMs = latency.lastAtMs - latency.firstAtMs;
  return { perSecond: (latency.count * 1_000) / Math.max(1, tookMs), latency };
}

/** Waits until these portals, or all, have everything that was sent to them. */
async function untilComplete({ judge, sender }: Field, names?: readonly string[]): Promise<Verdict> {
  const endsAt = performance.now() + healLimitMs;
  for (;;) {
    const written = await sender.ask('written', null);
    const asked = names === undefined ? written : Object.fromEntries(names.map((name) => [name, written[name] ?? 0]));
    const verdict = await judge.ask('judge', { sent: asked, toldBy: 'notices' });
    if (verdict.lost === 0 || performance.now() > endsAt) return verdict;
    await new Promise((done) => setTimeout(done, 250));
  }
}
