import type { Field } from '../load/field.ts';
import type { Fault } from '../load/judge/faults.ts';
import type { Verdict } from '../load/judge/main.ts';
import { characters } from './measure.ts';

/** The portals that are well, without and with trouble beside them. */
export interface TroubleResult {
  readonly sick: number;
  readonly burst: number;
  readonly without: Side;
  readonly beside: Side;
  /** Of everything ever sent in the field, after the sick ones recovered. */
  readonly verdict: Verdict;
}

/** One of the two runs, of the portals that are well in both. */
export interface Side {
  readonly perSecond: number;
  readonly latency: Verdict['latency'];
}

/** How much is sent. */
export interface TroubleOptions {
  readonly perSecond: number;
  readonly seconds: number;
  /** Messages to one portal that is well, at once. */
  readonly burst: number;
}

const kinds: readonly Fault[] = ['refusing', 'hanging', 'failing', 'resetting'];
const connections = 64;
const healLimitMs = 180_000;

/** One portal in a hundred misbehaves, each fourth in another way, and one that is well gets a burst: what do the others feel? */
export async function measureTrouble(field: Field, options: TroubleOptions): Promise<TroubleResult> {
  const { judge } = field;
  const names = field.portals.map(({ name }) => name);
  const sick = names.slice(0, Math.max(1, Math.round(names.length / 100)));
  const [bursting = '', ...others] = names.slice(sick.length);
  const without = await run(field, { ...options, written: [...others, ...sick], watched: others });
  await judge.ask(
    'misbehave',
    Object.fromEntries(sick.map((name, index) => [name, kinds[index % kinds.length] ?? null])),
  );
  const [beside] = await Promise.all([
    run(field, { ...options, written: [...others, ...sick], watched: others }),
    field.sender.ask('send', {
      ...{ portals: [bursting], messages: options.burst, seconds: 0, perSecond: 0, connections: 1, characters },
    }),
  ]);
  await judge.ask('misbehave', Object.fromEntries(sick.map((name) => [name, null])));
  const verdict = await untilComplete(field);
  return { sick: sick.length, burst: options.burst, without, beside, verdict };
}

interface Run extends TroubleOptions {
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
