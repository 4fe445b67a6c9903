/** Faults that wait for their turn: how a simulated platform misbehaves when a test asks it to. */
export interface Faults<Fault> {
  /** Arms a fault for so many times; once unless said. */
  arm(fault: Fault, times?: number): void;
  /** Uses up the first armed fault that fits; undefined when none does. */
  take(fits: (fault: Fault) => boolean): Fault | undefined;
  /** Takes everything back. */
  clear(): void;
}

/** Makes a set without faults. Each platform has faults of its own kinds. */
export function createFaults<Fault>(): Faults<Fault> {
  const armed: { readonly fault: Fault; left: number }[] = [];
  return {
    arm: (fault, times = 1) => {
      armed.push({ fault, left: times });
    },
    take: (fits) => {
      const index = armed.findIndex(({ fault }) => fits(fault));
      const found = armed[index];
      if (found === undefined) return undefined;
      found.left -= 1;
      if (found.left <= 0) armed.splice(index, 1);
      return found.fault;
    },
    clear: () => {
      armed.length = 0;
    },
  };
}
