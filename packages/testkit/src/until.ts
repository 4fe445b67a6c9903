import { setTimeout as sleep } from 'node:timers/promises';

const limitMs = 15_000;
const stepMs = 20;

/**
 * Asks again and again until the answer is neither undefined nor false, and returns it; rejects after a limit (15 s unless
 * given). How tests wait for an effect, because sleeping is either too long or too short.
 */
export async function until<T>(ask: () => T | Promise<T>, within = limitMs): Promise<Exclude<T, undefined | false>> {
  const endsAt = performance.now() + within;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
    if (performance.now() > endsAt) throw new Error(`it did not become true within ${within} ms: ${ask}`);
    await sleep(stepMs);
  }
}
