/** What an instance may hold of the lanes, and what others would not take. */
export interface LaneShare {
  /** How many lanes are its fair share, those that nobody else takes among them. */
  readonly share: number;
  /** Lanes that every other instance leaves alone: nobody else takes them. */
  readonly alone: ReadonlySet<number>;
  /** Lanes that some other instance leaves alone, and another would take. */
  readonly avoided: ReadonlySet<number>;
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
  const avoided = new Set<number>();
  let sum = 0;
  for (const lane of lanes) {
    if (leftAlone.has(lane)) continue;
    const takers = others.filter((other) => !other.has(lane)).length;
    sum += 1 / (takers + 1);
    if (takers === 0) alone.add(lane);
    else if (takers < others.length) avoided.add(lane);
  }
  // Thirds do not add up exactly.
  return { share: Math.max(0, Math.ceil(sum - 1e-9)), alone, avoided };
}

/**
 * Of the free lanes those to be taken now: what nobody else takes; what somebody leaves alone, up to the share, and beyond it in
 * exchange for lanes that everybody takes, of which as many are given back afterwards; and others up to the share. Shares are
 * rounded up, so those who could take such a lane may all have theirs while it is free. Pure.
 */
export function lanesToTake<Free extends { readonly lane: number }>(
  free: readonly Free[],
  { share, alone, avoided }: LaneShare,
  held: ReadonlySet<number>,
): readonly Free[] {
  const ours = free.filter(({ lane }) => alone.has(lane));
  const usual = [...held].filter((lane) => !alone.has(lane) && !avoided.has(lane)).length;
  const room = Math.max(0, share - held.size - ours.length);
  const shunned = free.filter(({ lane }) => avoided.has(lane)).slice(0, room + usual);
  const others = free.filter(({ lane }) => !alone.has(lane) && !avoided.has(lane));
  return [...ours, ...shunned, ...others.slice(0, Math.max(0, room - shunned.length))];
}

/** The lane to be given back when an instance holds more than its share: one that everybody takes first. Pure. */
export function laneToGiveBack({ share, alone, avoided }: LaneShare, held: ReadonlySet<number>): number | undefined {
  if (held.size <= share) return undefined;
  const others = [...held].filter((lane) => !alone.has(lane));
  return others.findLast((lane) => !avoided.has(lane)) ?? others.at(-1);
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
