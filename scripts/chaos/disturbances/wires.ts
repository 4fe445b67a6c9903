import { type Disturbance, inTheWay, pause } from './disturbance.ts';

const moods = ['cut', 'refuse', 'silence', 'slow'] as const;

/** A connection between two parts that breaks, is refused, falls silent, or is slow. */
export const badWire: Disturbance = {
  name: 'a bad wire',
  weight: 6,
  run: async ({ installation: { wires } }, { chance, tell, claim }) => {
    using claimed = claim(inTheWay([...wires.keys()]));
    const wire = claimed && wires.get(claimed.name);
    if (claimed === undefined || wire === undefined) return false;
    const mood = chance.pick(moods) ?? 'cut';
    const ms = 200 + chance.below(4_000);
    if (mood === 'cut') {
      tell(`${claimed.name} is cut`);
      wire.cut();
    } else if (mood === 'slow') {
      const delayMs = 50 + chance.below(400);
      tell(`${claimed.name} is ${delayMs} ms slow, for ${ms} ms`);
      wire.slow(delayMs);
    } else {
      tell(`${claimed.name} ${mood === 'refuse' ? 'is refused' : 'is silent'} for ${ms} ms`);
      wire[mood]();
    }
    await pause(ms);
    wire.mend();
    return true;
  },
};
