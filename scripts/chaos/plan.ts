import { randomInt } from 'node:crypto';
import { wholeNumber } from '../load/whole-number.ts';

/** Flags as they were typed. */
export type RawFlags = Partial<Record<'seconds' | 'seed' | 'portals' | 'sync' | 'sink' | 'nats', string>> & {
  readonly quick?: boolean | undefined;
};

/** How long, how much and by which chance. */
export interface ChaosPlan {
  readonly seconds: number;
  readonly seed: number;
  readonly portals: number;
  readonly perSecond: number;
  readonly sync: 'default' | 'always';
  readonly sink: string | undefined;
  /** Servers of NATS. */
  readonly natsMembers: number;
}

/** Reads the flags; a text says what is wrong with them. */
export function planOf(flags: RawFlags): ChaosPlan | string {
  const seconds = wholeNumber(flags.seconds, flags.quick === true ? 25 : 300, 3_600);
  const seed = wholeNumber(flags.seed, randomInt(1, 1_000_000), 2 ** 31);
  const { sync = 'default', sink } = flags;
  const portals = wholeNumber(flags.portals, sink === undefined ? 20 : 1, 1_000);
  if (seconds === undefined || seed === undefined || portals === undefined)
    return '--seconds (1–3,600), --seed and --portals (1–1,000) are whole numbers';
  if (sync !== 'default' && sync !== 'always') return `--sync ${sync} is not known: say default or always`;
  const natsMembers = wholeNumber(flags.nats, 1, 3);
  if (natsMembers !== 1 && natsMembers !== 3) return '--nats is the number of NATS servers: say 1 or 3';
  return { seconds, seed, portals, perSecond: 100, sync, sink, natsMembers };
}
