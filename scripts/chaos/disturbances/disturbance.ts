import { coreServices } from '../../../packages/contracts/src/index.ts';
import type { Chance } from '../../../packages/runtime/src/bus/queue/model/chance.ts';
import type { Field } from '../../load/field.ts';
import type { Upset } from '../overlaps.ts';

/** Something that goes wrong. It mends itself before it resolves. */
export interface Disturbance {
  readonly name: string;
  /** How much more often than others it is chosen. */
  readonly weight: number;
  /** It kills something each time. */
  readonly isKill?: boolean;
  /**
   * Does it, and says what it did: `kill -9 normalizer-2, down for 800 ms`. False: it was not done, because something else was
   * disturbed or down already. Rejects when it could not be mended.
   */
  run(field: Field, by: Means): Promise<boolean>;
}

/** What a disturbance works with. */
export interface Means {
  /** Its own: what is drawn does not depend on what others do meanwhile. */
  readonly chance: Chance;
  readonly tell: (what: string) => void;
  /** Takes one of these that nothing else disturbs now; undefined when all are taken. Leaving the block gives it back. */
  readonly claim: (names: readonly string[]) => Claim | undefined;
  /** Names of the portals whose kind may be changed. */
  readonly changing: readonly string[];
  /** Names of the portals that are told of nothing which they were not sent. */
  readonly guaranteed: readonly string[];
  /** This portal said that it is switched off: that it is paused is right, until it is resumed. */
  readonly gone: (portalId: string) => void;
  /** This instance was killed, frozen or stopped: others take its lanes, or it takes them anew. */
  readonly disowned: (instance: string) => void;
}

/** Something that is being disturbed. */
export interface Claim extends Disposable {
  readonly name: string;
}

/** What is disturbed now, in all loops together, and what was. */
export interface Taken {
  readonly now: Set<string>;
  readonly past: Upset[];
}

/** Makes what {@link Means.claim} is: nothing is disturbed by two at once. One draw, whatever is taken. */
export function claimsOf(taken: Taken, chance: Chance): Means['claim'] {
  return (names) => {
    const first = chance.below(names.length);
    const name = [...names.slice(first), ...names.slice(0, first)].find((each) => !taken.now.has(each));
    if (name === undefined) return undefined;
    taken.now.add(name);
    const fromMs = Date.now();
    const end = () => {
      taken.now.delete(name);
      taken.past.push({ name, fromMs, toMs: Date.now() });
    };
    return { name, [Symbol.dispose]: end };
  };
}

/** The connector by which all messages of a run come, and all answers go. */
export const connector = 'telegram';
const around = ['nats', 'mongo', 'kafka', 'messenger', 'portals'];
const passed: ReadonlySet<string> = new Set([...coreServices, connector, ...around]);
/** Nobody calls there while messages are written: only to set up, to look into history, or to parse anew. */
const idle: ReadonlySet<string> = new Set([
  ...[connector, 'normalizer', 'sealer'].map((to) => `directory → ${to}`),
  ...['sealer', 'audit'].map((to) => `gateway → ${to}`),
  `normalizer → ${connector}`,
]);

/**
 * Of instances and of wires between them, those that messages, answers or what is told of them pass: to break another
 * connector would prove nothing. Pure.
 */
export function inTheWay(names: readonly string[]): readonly string[] {
  const isPassed = (kind: string) => kind.split(' → ').every((end) => passed.has(end)) && !idle.has(kind);
  return names.filter((name) => isPassed(withoutNumbers(name)));
}

/** `delivery → nats` of `delivery-2 → nats-1`. Pure. */
export function withoutNumbers(name: string): string {
  return name.replaceAll(/-\d+(?= |$)/g, '');
}

/** Of instances those that work on lanes which another instance can take. Pure. */
export function ownersOf(names: readonly string[]): readonly string[] {
  return names.filter((name) => /^(normalizer|sealer|delivery|telegram)-/.test(name));
}

/** What is claimed of a portal that answers wrongly: its kind may be changed meanwhile. Pure. */
export function asReceiver(portal: string): string {
  return `${portal} as a receiver`;
}

const againMs = 500;

/** Does it again and again, because whoever is asked may be down; says whether it was done in the end. */
export async function insist(work: () => Promise<unknown>, tries: number): Promise<boolean> {
  for (let tried = 0; tried < tries; tried += 1) {
    const isDone = await work().then(
      () => true,
      () => false,
    );
    if (isDone) return true;
    await pause(againMs);
  }
  return false;
}

/** Waits. */
export async function pause(ms: number): Promise<void> {
  await new Promise((done) => setTimeout(done, ms));
}
