import type { Overlap } from '../load/judge/overlaps.ts';

/** What was disturbed, and from when until when, in milliseconds since 1970. */
export interface Upset {
  /** `delivery-1`, `delivery-1 → nats`, `mongo`, `p3`. */
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The time that a portal of a run has for its answer: a former owner's request is open no longer. */
export const requestMs = 15_000;

/**
 * Of requests beside another of the same stream those that nothing excuses, in words. What does is an instance of delivery that is
 * killed, frozen, of a wrong clock or badly connected: its request may stay open beside its successor's. Pure.
 */
export function unexcused(overlaps: readonly Overlap[], upsets: readonly Upset[]): readonly string[] {
  const excuses = upsets.filter(({ name }) => name.startsWith('delivery-'));
  const isExcused = ({ atMs }: Overlap) =>
    excuses.some(({ fromMs, toMs }) => fromMs <= atMs && atMs <= toMs + requestMs);
  return overlaps
    .filter((overlap) => !isExcused(overlap))
    .map(
      ({ stream, atMs }) => `two requests of ${stream} at once at ${new Date(atMs).toISOString()}, without a reason`,
    );
}
