import { type Disturbance, inTheWay, ownersOf, pause } from './disturbance.ts';

/** Longer than a lease lives, so that another instance takes the lanes over while the former owner believes that it owns them. */
const pastLeaseMs = 7_000;
/** Less than what a receiver forgives a signature's time. */
const furthestClockMs = 120_000;

/** SIGKILL of an instance, which comes back. */
export const killService: Disturbance = {
  name: 'kill -9 of a service',
  weight: 6,
  isKill: true,
  run: async ({ installation }, { chance, tell, claim, disowned }) => {
    using claimed = claim(inTheWay(installation.names));
    if (claimed === undefined) return false;
    const { name } = claimed;
    const downMs = 100 + chance.below(2_000);
    await installation.kill(name);
    disowned(name);
    tell(`kill -9 ${name}, down for ${downMs} ms`);
    await pause(downMs);
    await installation.start(name);
    return true;
  },
};

/** An owner that sleeps past its lease: two believe that they own a lane. */
export const freezeOwner: Disturbance = {
  name: 'SIGSTOP of an owner past its lease',
  weight: 2,
  run: async ({ installation }, { tell, claim, disowned }) => {
    using claimed = claim(ownersOf(installation.names));
    if (claimed === undefined) return false;
    const { name } = claimed;
    tell(`SIGSTOP ${name} for ${pastLeaseMs} ms, past its lease: two owners`);
    installation.signal(name, 'SIGSTOP');
    await pause(pastLeaseMs);
    installation.signal(name, 'SIGCONT');
    disowned(name);
    return true;
  },
};

/** An instance whose clock is not the others'. */
export const skewClock: Disturbance = {
  name: 'a service whose clock is wrong',
  weight: 2,
  run: async ({ installation }, { chance, tell, claim, disowned }) => {
    using claimed = claim(inTheWay(installation.names).filter((each) => !/^(gateway|janitor)-/.test(each)));
    if (claimed === undefined) return false;
    const { name } = claimed;
    const offsetMs = (chance.below(2) === 0 ? -1 : 1) * (1_000 + chance.below(furthestClockMs));
    const ms = 2_000 + chance.below(4_000);
    tell(`${name} starts again with a clock that is off by ${Math.round(offsetMs / 1_000)} s, for ${ms} ms`);
    await installation.stop(name);
    await installation.start(name, offsetMs);
    await pause(ms);
    await installation.stop(name);
    await installation.start(name);
    disowned(name);
    return true;
  },
};
