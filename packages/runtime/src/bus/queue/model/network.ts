import type { Chance } from './chance.ts';

/** What is under way between a process and the world: requests that arrive later, and answers that come back later. */
export interface Network {
  /** Calls the world: `effect` runs when the request arrives, its result comes back after that. */
  call<T>(process: Process, effect: () => T): Promise<T>;
  /** The same, but the answer waits until the world gives it. */
  callLater<T>(process: Process, effect: (answer: (value: T) => void) => void): Promise<T>;
  /** Lets one request or answer arrive; false when nothing is under way. */
  deliver(): boolean;
}

/** A process that may die at any moment. */
export interface Process {
  readonly name: string;
  isAlive: boolean;
}

/** A call that was never answered in time. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** Makes a network in which anything may overtake anything. What a dead process sent may still arrive; it hears no answer. */
export function createNetwork(chance: Chance): Network {
  const underWay: (() => void)[] = [];
  const send = (arrive: () => void) => void underWay.push(arrive);
  const callLater = <T>(process: Process, effect: (answer: (value: T) => void) => void) =>
    new Promise<T>((resolve, reject) => {
      send(() => {
        if (!process.isAlive && chance.happens(0.5)) return;
        try {
          effect((value) => send(() => process.isAlive && resolve(value)));
        } catch (error) {
          send(() => process.isAlive && reject(error));
        }
      });
    });
  return {
    callLater,
    call: (process, effect) => callLater(process, (answer) => answer(effect())),
    deliver: () => {
      if (underWay.length === 0) return false;
      const [arrive] = underWay.splice(chance.below(underWay.length), 1);
      arrive?.();
      return true;
    },
  };
}
