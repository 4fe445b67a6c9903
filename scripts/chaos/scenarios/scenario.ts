import { setTimeout as pause } from 'node:timers/promises';
import type { Field } from '../../load/field.ts';
import type { FleetPortal } from '../../load/fleet.ts';
import type { Fault } from '../../load/judge/faults.ts';
import type { Verdict } from '../../load/judge/main.ts';
import type { SendResult } from '../../load/sender/send.ts';
import type { Answer } from '../answers/write.ts';

/** A disaster told from beginning to end: what a person does stands in it too. It must not be mixed with others. */
export interface Scenario {
  readonly name: string;
  /** True: it fills disks, which is only possible where this process may mount. */
  readonly hasDisks?: boolean;
  /** Resolves when everything works again; rejects, in words, when something did not go as it must. */
  run(field: Field, by: Telling): Promise<Told>;
}

/** What was sent, and what is true of this disaster alone. */
export type Told = SendResult & Judging;

/** What is judged otherwise than after a storm. */
export interface Judging {
  /** Answers that were stored meanwhile. */
  readonly answers?: readonly Answer[];
  /** What is not as it must be in the end, in words. */
  readonly check?: (verdict: Verdict) => readonly string[];
  /** Of a process that ended by itself, as the installation tells it: whether that is how this disaster goes. Nothing may by default. */
  readonly mayEnd?: (ended: string) => boolean;
}

/** What a scenario works with. */
export interface Telling {
  readonly seconds: number;
  readonly perSecond: number;
  /** Portals that are down before it happens: a sequential one and a parallel one. */
  readonly late: readonly FleetPortal[];
  /** Portals that get each batch once. */
  readonly once: readonly string[];
  readonly tell: (what: string) => void;
}

const pollMs = 250;

/** Waits until it is so. Rejects with `what` after the limit. */
export async function untilSo(what: string, isSo: () => Promise<boolean>, limitMs = 120_000): Promise<void> {
  for (const endsAt = performance.now() + limitMs; !(await isSo()); await pause(pollMs))
    if (performance.now() > endsAt) throw new Error(`it did not come about that ${what}`);
}

/** Writes to all portals, evenly. May be awaited later, or never, by a scenario that has failed meanwhile. */
export function write({ sender }: Field, perSecond: number, seconds: number): Promise<SendResult> {
  const messages = perSecond * seconds;
  const sending = sender.ask('send', {
    ...{ portals: [], messages, seconds: 0, perSecond, connections: 32, characters: 256 },
  });
  sending.catch(() => {});
  return sending;
}

/** From now on these portals behave so; null: well. */
export async function behave({ judge }: Field, portals: readonly FleetPortal[], fault: Fault | null): Promise<void> {
  await judge.ask('misbehave', Object.fromEntries(portals.map(({ name }) => [name, fault])));
}

/** `p1 and p2`. */
export function namesTold(portals: readonly FleetPortal[]): string {
  return portals.map(({ name }) => name).join(' and ');
}

/** Starts every service; they do not wait for each other. */
export async function startAll({ installation }: Field): Promise<void> {
  await Promise.all(installation.names.map((name) => installation.start(name)));
}

/** Ends every service, politely or not. */
export async function endAll({ installation }: Field, how: 'stop' | 'kill'): Promise<void> {
  await Promise.all(installation.names.map((name) => installation[how](name)));
}
