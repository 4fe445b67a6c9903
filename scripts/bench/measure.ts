import { usedCpu } from '../load/cpu.ts';
import type { Field } from '../load/field.ts';
import type { Verdict } from '../load/judge/main.ts';
import type { SendOptions } from '../load/sender/send.ts';

/** Microseconds of processor a message, by process: what is measured, and apart from it those who write and those who judge. */
export interface Cost {
  readonly totalUs: number;
  readonly byProcess: ReadonlyMap<string, number>;
  readonly apart: ReadonlyMap<string, number>;
}

const apart: readonly string[] = ['judge', 'sender', 'sink'];

/** Splits what was used over so many messages. Pure. */
export function costOf(used: ReadonlyMap<string, number>, messages: number): Cost {
  const each = [...used].map(([name, us]) => [name, us / messages] as const).filter(([, us]) => us >= 0.05);
  const own = each.filter(([name]) => !apart.includes(name)).sort(([, a], [, b]) => b - a);
  return {
    totalUs: own.reduce((sum, [, us]) => sum + us, 0),
    byProcess: new Map(own),
    apart: new Map(each.filter(([name]) => apart.includes(name))),
  };
}

/** One run of the whole way. */
export interface WholeRun {
  readonly messages: number;
  /** Hook calls that were answered by something else than 2xx, and repeated. */
  readonly putOff: number;
  readonly perSecond: number;
  readonly cost: Cost;
  /** As it is after this run, of everything ever sent in the field; undefined where another judges. */
  readonly verdict: Verdict | undefined;
}

/** What is sent in a run. */
export type Load = Omit<SendOptions, 'characters'> & {
  /** Portals that are written to; all when none is named. */
  readonly portals?: readonly string[];
};

/** Characters of a message: with its JSON about 1 KiB. */
export const characters = 1_024;

/** Sends, waits until everything has come, and says what it cost: from the first hook call to the last delivery. */
export async function runWhole(field: Field, load: Load): Promise<WholeRun> {
  const { judge, sender } = field;
  await judge.ask('time', load.portals === undefined ? null : [...load.portals]);
  const { messages: before } = await judge.ask('progress', null);
  const cpuBefore = field.cpu();
  const { portals = [], ...options } = load;
  const { sent, putOff, firstAtMs } = await sender.ask('send', { ...options, portals: [...portals], characters });
  await field.arrived(before + sent);
  const cost = costOf(usedCpu(cpuBefore, field.cpu()), sent);
  const verdict = await field.verdict();
  const perSecond = (sent * 1_000) / ((verdict?.latency.lastAtMs ?? Date.now()) - firstAtMs);
  return { messages: sent, putOff, perSecond, cost, verdict };
}
