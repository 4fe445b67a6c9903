import type { Chance } from '../../packages/runtime/src/bus/queue/model/chance.ts';
import type { Field } from '../load/field.ts';
import { faults } from '../load/judge/faults.ts';

/** Something that goes wrong. It mends itself before it resolves. */
export interface Disturbance {
  readonly name: string;
  /** How much more often than others it is chosen. */
  readonly weight: number;
  /** Does it, and says what it did: `kill -9 normalizer-2, down for 800 ms`. */
  run(field: Field, by: Means): Promise<void>;
}

/** What a disturbance works with. */
export interface Means {
  readonly chance: Chance;
  readonly tell: (what: string) => void;
  /** Takes one of these that nothing else disturbs now; undefined when all are taken. Leaving the block gives it back. */
  readonly claim: (names: readonly string[]) => Claim | undefined;
}

/** Something that is being disturbed. */
export interface Claim extends Disposable {
  readonly name: string;
}

/** Makes what {@link Means.claim} is: nothing is disturbed by two at once. */
export function createClaims(chance: Chance): Means['claim'] {
  const taken = new Set<string>();
  return (names) => {
    const name = chance.pick(names.filter((each) => !taken.has(each)));
    if (name === undefined) return undefined;
    taken.add(name);
    return { name, [Symbol.dispose]: () => void taken.delete(name) };
  };
}

/** Longer than a lease lives, so that another instance takes the lanes over while the former owner believes that it owns them. */
const pastLeaseMs = 7_000;
const serverNames = ['nats', 'mongo', 'kafka'] as const;

const killService: Disturbance = {
  name: 'kill -9 of a service',
  weight: 6,
  run: async ({ installation }, { chance, tell, claim }) => {
    using claimed = claim(installation.names);
    if (claimed === undefined) return;
    const { name } = claimed;
    const downMs = 100 + chance.below(2_000);
    tell(`kill -9 ${name}, down for ${downMs} ms`);
    await installation.kill(name);
    await pause(downMs);
    await installation.start(name);
  },
};

const freezeOwner: Disturbance = {
  name: 'SIGSTOP of an owner past its lease',
  weight: 2,
  run: async ({ installation }, { tell, claim }) => {
    using claimed = claim(installation.names.filter((each) => /^(normalizer|sealer|delivery|telegram)-/.test(each)));
    if (claimed === undefined) return;
    const { name } = claimed;
    tell(`SIGSTOP ${name} for ${pastLeaseMs} ms, past its lease: two owners`);
    installation.signal(name, 'SIGSTOP');
    await pause(pastLeaseMs);
    installation.signal(name, 'SIGCONT');
  },
};

const killServer: Disturbance = {
  name: 'kill -9 of a server',
  weight: 3,
  run: async ({ installation: { servers } }, { chance, tell, claim }) => {
    using claimed = claim(serverNames);
    if (claimed === undefined) return;
    const name = claimed.name as (typeof serverNames)[number];
    const downMs = 100 + chance.below(2_000);
    tell(`kill -9 ${name}, down for ${downMs} ms`);
    await servers.kill(name);
    await pause(downMs);
    await servers.restart(name);
  },
};

const freezeServer: Disturbance = {
  name: 'SIGSTOP of a server',
  weight: 2,
  run: async ({ installation: { servers } }, { chance, tell, claim }) => {
    using claimed = claim(serverNames);
    if (claimed === undefined) return;
    const name = claimed.name as (typeof serverNames)[number];
    const ms = 200 + chance.below(3_000);
    tell(`SIGSTOP ${name} for ${ms} ms`);
    await servers.freeze(name);
    await pause(ms);
    await servers.thaw(name);
  },
};

const sickPortals: Disturbance = {
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
  },
};

/** All of them. */
export const disturbances: readonly Disturbance[] = [killService, freezeOwner, killServer, freezeServer, sickPortals];

/** One of them, the weighty ones more often. Pure but for the chance. */
export function pickDisturbance(chance: Chance, from: readonly Disturbance[]): Disturbance {
  let rest = chance.below(from.reduce((sum, { weight }) => sum + weight, 0));
  for (const disturbance of from) {
    rest -= disturbance.weight;
    if (rest < 0) return disturbance;
  }
  throw new Error('there is nothing to choose from');
}

async function pause(ms: number): Promise<void> {
  await new Promise((done) => setTimeout(done, ms));
}
