/** What the portals of a lane hold in the object store. */
export interface LaneHeld {
  readonly lane: number;
  readonly messages: number;
  /** By tenant. */
  readonly bytes: ReadonlyMap<string, number>;
}

/** How much it may be. */
export interface DoorsLimit {
  /** Of one tenant, in bytes: at it the door closes. */
  readonly limitBytes: number;
}

/** A door that is to be closed, or opened. */
export interface WantedDoor {
  readonly tenantId: string;
  readonly isOpen: boolean;
  /** What its portals hold. */
  readonly bytes: number;
}

/** Lower than where it closes, so that it does not flutter. */
const opensBelow = 0.8;

/** The doors that are not as they should be; `closed` are those that are closed now. Pure. */
export function wantedDoors(
  lanes: readonly Pick<LaneHeld, 'bytes'>[],
  closed: readonly string[],
  { limitBytes }: DoorsLimit,
): WantedDoor[] {
  const held = new Map(lanes.flatMap(({ bytes }) => [...bytes]));
  const bytesOf = (tenantId: string) => held.get(tenantId) ?? 0;
  // A portal that the directory does not know belongs to nobody: no door closes for it.
  const closes = [...held.keys()].filter(
    (tenantId) => tenantId !== '' && !closed.includes(tenantId) && bytesOf(tenantId) >= limitBytes,
  );
  const opens = closed.filter((tenantId) => bytesOf(tenantId) < limitBytes * opensBelow);
  return [
    ...closes.map((tenantId) => ({ tenantId, isOpen: false, bytes: bytesOf(tenantId) })),
    ...opens.map((tenantId) => ({ tenantId, isOpen: true, bytes: bytesOf(tenantId) })),
  ];
}

/** A closed door is said again after so long: whoever hears nothing for a minute opens it. */
const sayAgainMs = 5_000;

/** The closed doors of which it is to be said again that they are. Pure. */
export function doorsToSayAgain(closed: ReadonlyMap<string, number>, nowMs: number): string[] {
  return [...closed].filter(([, saidAtMs]) => nowMs - saidAtMs >= sayAgainMs).map(([tenantId]) => tenantId);
}
