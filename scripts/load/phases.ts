/** How long the parts of a run took. */
export interface Phases {
  /** The former phase is over. */
  begin(name: string): void;
  /** `starting 41 s, storm 25 s`, until now. */
  told(): string;
}

/** Begins nothing yet. */
export function createPhases(now: () => number = () => performance.now()): Phases {
  const begun: { readonly name: string; readonly atMs: number }[] = [];
  return {
    begin: (name) => void begun.push({ name, atMs: now() }),
    told: () => {
      const endMs = now();
      const took = begun.map(({ name, atMs }, index) => {
        const ms = (begun[index + 1]?.atMs ?? endMs) - atMs;
        return `${name} ${Math.round(ms / 1_000)} s`;
      });
      return took.join(', ');
    },
  };
}
