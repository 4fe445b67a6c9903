import { faults } from '../../load/judge/faults.ts';
import { type Disturbance, pause } from './disturbance.ts';

/** Portals that answer wrongly, late or not at all. */
export const sickPortals: Disturbance = {
  name: 'portals that misbehave',
  weight: 6,
  run: async ({ portals, judge }, { chance, tell }) => {
    const fault = chance.pick(faults) ?? 'failing';
    const names = Array.from({ length: 1 + chance.below(3) }, () => chance.pick(portals)?.name ?? '');
    const ms = 1_000 + chance.below(5_000);
    tell(`${names.join(', ')} ${fault} for ${ms} ms`);
    await judge.ask('misbehave', Object.fromEntries(names.map((name) => [name, fault])));
    await pause(ms);
    await judge.ask('misbehave', Object.fromEntries(names.map((name) => [name, null])));
    return true;
  },
};
