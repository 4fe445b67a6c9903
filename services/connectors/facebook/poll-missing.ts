import type { Health, Tools } from '@trunkline/adapter-kit';

/** What is to be fetched of an outage. */
export interface Missing {
  readonly sinceMs: number;
  /** Says what is not fetched, in words. */
  readonly leave: (words: string) => void;
  /** Everything that was said so. */
  readonly left: ReadonlySet<string>;
}

const leftKey = 'left';
/** People are told so long. */
const toldMs = 24 * 60 * 60_000;

/** What was written since a time. Does no input or output. */
export function leaving(sinceMs: number): Missing {
  const left = new Set<string>();
  return { sinceMs, left, leave: (words) => void left.add(words) };
}

/** Keeps what was not fetched, for the probe to tell. */
export async function noteLeft(
  { sinceMs, left }: Missing,
  { state, now }: Pick<Tools, 'state' | 'now'>,
): Promise<void> {
  if (left.size === 0) return;
  const since = new Date(sinceMs).toISOString().slice(0, 16).replace('T', ' ');
  const words = `Facebook had given the page up, and not all that was written since ${since} UTC was fetched. Missing are ${[...left].join('; ')}: look into the page itself.`;
  await state.put(leftKey, words, { expiresAtMs: now() + toldMs });
}

/** A page that is well, but of whose last outage not everything was fetched. */
export async function withLeft(health: Health, { state }: Pick<Tools, 'state'>): Promise<Health> {
  const words = health.state === 'ok' ? (await state.get<string>(leftKey))?.value : undefined;
  return words === undefined ? health : { ...health, state: 'degraded', reason: words };
}
