import { pause } from '@trunkline/runtime';

/** How the demo portal behaves: as a good one, or as those that an operator meets. */
export const portalModes = ['on', 'off', 'slow', 'errors'] as const;

/** One of {@link portalModes}. */
export type PortalMode = (typeof portalModes)[number];

/** What the demo portal does with a request instead of taking it; undefined: it takes it. */
export interface Misbehaviour {
  readonly status: number;
  readonly body: string;
}

const slowMs = 4_000;

/** Behaves as the mode says: off answers 503, errors answers 500 to two of three requests, slow waits before it takes. */
export async function misbehave(
  mode: PortalMode,
  request: number,
  signal: AbortSignal,
): Promise<Misbehaviour | undefined> {
  switch (mode) {
    case 'on':
      return undefined;
    case 'off':
      return { status: 503, body: '{"error":"switched off on the demo page"}' };
    case 'errors':
      return request % 3 === 0 ? undefined : { status: 500, body: '{"error":"made on the demo page"}' };
    case 'slow':
      await pause(slowMs, signal);
      return undefined;
  }
}
