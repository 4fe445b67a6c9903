import { randomInt } from 'node:crypto';
import { sinkProblem } from '../load/sink-address.ts';
import { wholeNumber } from '../load/whole-number.ts';
import { type PlannedPortal, planPortals } from './kinds.ts';
import { fourDays } from './scenarios/four-days.ts';
import { fullDisk } from './scenarios/full-disk.ts';
import { olderCopy } from './scenarios/older-copy.ts';
import type { Scenario } from './scenarios/scenario.ts';

/** Flags as they were typed. */
export type RawFlags = Partial<
  Record<'seconds' | 'seed' | 'portals' | 'sync' | 'sink' | 'nats' | 'scenario' | 'shots' | 'chart', string>
> & {
  readonly quick?: boolean | undefined;
  readonly watch?: boolean | undefined;
};

const scenarios: readonly Scenario[] = [fourDays, fullDisk, olderCopy];

/** How long, how much and by which chance. */
export interface ChaosPlan {
  readonly seconds: number;
  readonly seed: number;
  readonly portals: readonly PlannedPortal[];
  readonly perSecond: number;
  readonly sync: 'default' | 'always';
  readonly sink: string | undefined;
  /** Servers of NATS. */
  readonly natsMembers: number;
  /** Instead of disturbances by chance. */
  readonly scenario: Scenario | undefined;
  /** A Prometheus and the pages for people are looked at meanwhile. */
  readonly isWatched: boolean;
  /** Folder for pictures of the pages. */
  readonly shots: string | undefined;
  /** File for a drawing of what was delivered and disturbed. */
  readonly chart: string | undefined;
}

/** Reads the flags; a text says what is wrong with them. */
export function planOf(flags: RawFlags): ChaosPlan | string {
  const scenario = scenarios.find(({ name }) => name === flags.scenario);
  if (flags.scenario !== undefined && scenario === undefined)
    return `--scenario ${flags.scenario} is not known: say ${scenarios.map(({ name }) => name).join(' or ')}`;
  const seconds = wholeNumber(flags.seconds, flags.quick === true || scenario !== undefined ? 25 : 300, 3_600);
  const seed = wholeNumber(flags.seed, randomInt(1, 1_000_000), 2 ** 31);
  const { sync = 'default', sink } = flags;
  const wrong = sinkProblem(sink);
  if (wrong !== undefined) return wrong;
  const portals = wholeNumber(flags.portals, sink === undefined ? 20 : 1, 1_000);
  if (seconds === undefined || seed === undefined || portals === undefined)
    return '--seconds (1–3,600), --seed and --portals (1–1,000) are whole numbers';
  if (sync !== 'default' && sync !== 'always') return `--sync ${sync} is not known: say default or always`;
  const natsMembers = wholeNumber(flags.nats, 1, 3);
  if (natsMembers !== 1 && natsMembers !== 3) return '--nats is the number of NATS servers: say 1 or 3';
  if (scenario !== undefined && (natsMembers > 1 || sink !== undefined))
    return '--scenario needs one NATS server and our own judge: leave --nats and --sink away';
  const isWatched = flags.watch === true || flags.shots !== undefined;
  if (isWatched && (scenario !== undefined || sink !== undefined))
    return '--watch and --shots are for a storm that our own judge judges: leave --scenario and --sink away';
  const { shots, chart } = flags;
  if (chart !== undefined && (scenario !== undefined || sink !== undefined))
    return '--chart is of a storm that our own judge judges: leave --scenario and --sink away';
  return {
    ...{ seconds, seed, perSecond: 100, sync, sink, natsMembers, scenario, isWatched, shots, chart },
    // Of a receiver that is not ours nobody knows whether it understands strands.
    portals: planPortals(portals, seed, sink === undefined ? undefined : 'sequential'),
  };
}
