import { setTimeout as pause } from 'node:timers/promises';
import { usedCpu } from '../load/cpu.ts';
import type { Field } from '../load/field.ts';

/** What an installation works that nobody writes to: milliseconds of processor a second. */
export interface IdleRun {
  readonly totalMs: number;
  readonly byProcess: ReadonlyMap<string, number>;
}

/** What was started or written is over then. */
const settleMs = 10_000;
const measureMs = 20_000;

/** Waits until nothing happens any more, and measures what it costs that nothing happens. */
export async function measureIdle({ cpu }: Field, runs: number, say: (what: string) => void): Promise<IdleRun[]> {
  const measured: IdleRun[] = [];
  say('waiting until it is quiet');
  await pause(settleMs);
  for (let number = 1; number <= runs; number += 1) {
    say(`idle, ${number} of ${runs}`);
    const before = cpu();
    await pause(measureMs);
    measured.push(idleOf(usedCpu(before, cpu()), measureMs));
  }
  return measured;
}

const apart: readonly string[] = ['judge', 'sender', 'sink'];

/** Spreads what was used over the time. Pure. */
export function idleOf(used: ReadonlyMap<string, number>, ms: number): IdleRun {
  const own = [...used].filter(([name]) => !apart.includes(name)).map(([name, us]) => [name, us / ms] as const);
  return { totalMs: own.reduce((sum, [, each]) => sum + each, 0), byProcess: new Map(own) };
}
