import { pause } from '../deadline.ts';

/** Leases are renewed so often: three times before they end. */
const beatMs = 1_500;

/**
 * Waits for the next beat of the process, or the signal. All leases of the process are renewed at the same beats: their renewals
 * go out together, the answers come together, and between two beats nothing wakes it.
 */
export async function nextBeat(signal: AbortSignal): Promise<void> {
  await pause(Math.ceil(beatMs - (performance.now() % beatMs)), signal);
}
