/** Parking so many of so many items is bad luck; more is a bad deploy, which must not empty the lane into parking. */
const parkedAtMost = 5;
const ofTheLast = 100;

/** How many items were decided and which of the last ones were parked. */
export interface ParkWindow {
  readonly decided: number;
  readonly parked: readonly number[];
}

/** The window after so many more items. Pure. */
export function afterItems({ decided, parked }: ParkWindow, items: number): ParkWindow {
  return { decided: decided + items, parked };
}

/** The window after one more item, parked; undefined when that would be too many: stop the lane. Pure. */
export function afterParking({ decided, parked }: ParkWindow): ParkWindow | undefined {
  const recent = parked.filter((at) => decided + 1 - at < ofTheLast);
  return recent.length >= parkedAtMost ? undefined : { decided: decided + 1, parked: [...recent, decided + 1] };
}
