/** Faults that wait for their turn: how a simulated platform misbehaves when a test asks it to. */
export interface Faults<Fault> {
  /** Arms a fault for so many times; once unless said. */
  arm(fault: Fault, times?: number): void;
  /** Uses up the first armed fault that fits; undefined when none does. */
  take(fits: (fault: Fault) => boolean): Fault | undefined;
  /** All that are armed, the oldest first. */
  armed(): readonly Fault[];
  /** Takes everything back, or what fits. */
  clear(fits?: (fault: Fault) => boolean): void;
}

/** Makes a set without faults. Each platform has faults of its own kinds. */
export function createFaults<Fault>(): Faults<Fault> {
  let waiting: { readonly fault: Fault; left: number }[] = [];
  return {
    arm: (fault, times = 1) => {
      waiting.push({ fault, left: times });
    },
    take: (fits) => {
      const found = waiting.find(({ fault }) => fits(fault));
      if (found === undefined) return undefined;
      found.left -= 1;
      if (found.left <= 0) waiting = waiting.filter((other) => other !== found);
      return found.fault;
    },
    armed: () => waiting.map(({ fault }) => fault),
    clear: (fits = () => true) => {
      waiting = waiting.filter(({ fault }) => !fits(fault));
    },
  };
}
