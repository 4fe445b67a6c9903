import type { Chance } from '../../../packages/runtime/src/bus/queue/model/chance.ts';
import type { Field } from '../../load/field.ts';
import type { Disturbance } from './disturbance.ts';
import { changeKind } from './kinds.ts';
import { sickPortals, switchedOff, wrongAddress } from './portals.ts';
import { freezeServer, fullStream, killServer } from './servers.ts';
import { freezeOwner, killService, skewClock } from './services.ts';
import { badWire } from './wires.ts';

/** What breaks in the installation itself. */
export function ofInstallation({ installation }: Pick<Field, 'installation'>): readonly Disturbance[] {
  const all = [killService, freezeOwner, skewClock, killServer, freezeServer, fullStream];
  return installation.wires.size === 0 ? all : [...all, badWire];
}

/** What portals and those who run them do; our own judge plays the portals. */
export const ofPortals: readonly Disturbance[] = [sickPortals, changeKind, switchedOff, wrongAddress];

/** Each of them once, dealt to so many hands by chance. Pure but for the chance. */
export function deal(chance: Chance, from: readonly Disturbance[], hands: number): readonly (readonly Disturbance[])[] {
  const shuffled = from.map((each) => ({ each, at: chance.next() })).toSorted((a, b) => a.at - b.at);
  return Array.from({ length: hands }, (_, hand) =>
    shuffled.filter((_, index) => index % hands === hand).map(({ each }) => each),
  );
}

/** One of them, the weighty ones more often. Pure but for the chance. */
export function pickDisturbance(chance: Chance, from: readonly Disturbance[]): Disturbance {
  let rest = chance.below(from.reduce((sum, { weight }) => sum + weight, 0));
  for (const disturbance of from) {
    rest -= disturbance.weight;
    if (rest < 0) return disturbance;
  }
  throw new Error('there is nothing to choose from');
}
