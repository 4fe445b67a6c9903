import { timeLimit, unlessAborted } from '@trunkline/runtime';

/** Made once: an abort without a reason makes an error with a stack, which costs more than the rest of the call. */
const callIsOver = new Error('the call is over');

/**
 * Gives a call its signal: aborted when its time is over, and when the call is, so that nothing that it left open (an answer
 * that nobody read) outlives it. Rejects with 'deadline_exceeded' when the time is over, whatever the call does.
 */
export async function withinCall<T>(
  limitMs: number,
  run: (signal: AbortSignal) => Promise<T>,
  ...signals: readonly AbortSignal[]
): Promise<T> {
  const over = new AbortController();
  using limit = timeLimit(limitMs, over.signal, ...signals);
  try {
    return await unlessAborted(run(limit.signal), limit.signal);
  } finally {
    over.abort(callIsOver);
  }
}
