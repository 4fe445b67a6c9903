import type { TcpProxy } from '../../../packages/testkit/src/index.ts';
import { type Disturbance, inTheWay, type Means, pause, withoutNumbers } from './disturbance.ts';

const moods = ['cut', 'refuse', 'silence', 'slow'] as const;
/** So many are bad at once, each in its own way. */
const most = 3;

/** Connections between two parts that break, are refused, fall silent, or are slow. */
export const badWire: Disturbance = {
  name: 'bad wires',
  weight: 6,
  run: async ({ installation: { wires } }, { chance, tell, claim }) => {
    using claims = new DisposableStack();
    const kinds = [...kindsOf(inTheWay([...wires.keys()])).values()];
    const bad: TcpProxy[] = [];
    const ms = 200 + chance.below(4_000);
    for (let count = 1 + chance.below(most); count > 0; count -= 1) {
      // Most wires lead to the servers: by kinds, each pair of parts has its turn.
      const claimed = claim(chance.pick(kinds) ?? []);
      const wire = claimed && wires.get(claimed.name);
      const mood = chance.pick(moods) ?? 'cut';
      const delayMs = 50 + chance.below(400);
      if (claimed === undefined || wire === undefined) continue;
      claims.use(claimed);
      bad.push(wire);
      spoil(claimed.name, { wire, mood, delayMs, ms, tell });
    }
    if (bad.length === 0) return false;
    await pause(ms);
    for (const wire of bad) wire.mend();
    return true;
  },
};

interface Trouble extends Pick<Means, 'tell'> {
  readonly wire: TcpProxy;
  readonly mood: (typeof moods)[number];
  readonly delayMs: number;
  readonly ms: number;
}

function spoil(name: string, { wire, mood, delayMs, ms, tell }: Trouble): void {
  if (mood === 'cut') {
    tell(`${name} is cut`);
    wire.cut();
  } else if (mood === 'slow') {
    tell(`${name} is ${delayMs} ms slow, for ${ms} ms`);
    wire.slow(delayMs);
  } else {
    tell(`${name} ${mood === 'refuse' ? 'is refused' : 'is silent'} for ${ms} ms`);
    wire[mood]();
  }
}

/** Wires by what they join, whichever instances. Pure. */
export function kindsOf(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  return Map.groupBy(names, withoutNumbers);
}
