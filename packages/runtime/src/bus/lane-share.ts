/** What an instance may hold of the lanes, and what nobody else would take. */
export interface LaneShare {
  /** How many lanes are its fair share, those that nobody else takes among them. */
  readonly share: number;
  /** Lanes that every other instance leaves alone. */
  readonly alone: ReadonlySet<number>;
}

/**
 * The fair share of an instance: each lane is divided among those that do not leave it alone, and the sum is rounded up. Without
 * lanes that are left alone: lanes through instances. Pure.
 */
export function laneShare(
  lanes: readonly number[],
  leftAlone: ReadonlySet<number>,
  others: readonly ReadonlySet<number>[],
): LaneShare {
  const alone = new Set<number>();
  let sum = 0;
  for (const lane of lanes) {
    if (leftAlone.has(lane)) continue;
    const takers = others.filter((other) => !other.has(lane)).length;
    sum += 1 / (takers + 1);
    if (takers === 0) alone.add(lane);
  }
  // Thirds do not add up exactly.
  return { share: Math.max(0, Math.ceil(sum - 1e-9)), alone };
}

/** An instance in its own entry: its id, and the lanes that it leaves alone for now. Pure. */
export function memberText(instance: string, leftAlone: Iterable<number>): string {
  const lanes = [...leftAlone].join(',');
  return lanes === '' ? instance : `${instance}\n${lanes}`;
}

/** The lanes that an instance leaves alone, of its entry. Pure. */
export function leftAloneOf(text: string): ReadonlySet<number> {
  const [, lanes = ''] = text.split('\n');
  return new Set(lanes === '' ? [] : lanes.split(',').map(Number));
}
