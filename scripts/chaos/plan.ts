import { randomInt } from 'node:crypto';
import { wholeNumber } from '../load/whole-number.ts';

/** Flags as they were typed. */
export type RawFlags = Partial<Record<'seconds' | 'seed' | 'portals' | 'sync' | 'sink', string>> & {
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
  return { seconds, seed, portals, perSecond: 100, sync, sink };
}
