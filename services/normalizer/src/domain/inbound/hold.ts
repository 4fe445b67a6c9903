import type { HeldEvent } from '../state/documents.ts';

/** An event that has to wait, and for what. */
export interface Waiting {
  readonly event: Uint8Array;
  readonly orderKey: string;
  /** True where only a time tells the order: it is sorted among the others. */
  readonly isByTime: boolean;
  /** Album that it is a part of, or empty. */
  readonly albumId: string;
  readonly traceparent: string;
  /** So long it may be the echo of a send; absent for what cannot be. */
  readonly echoUntilMs?: number | undefined;
}

/** How long things wait, and the present. */
export interface HoldTimes {
  readonly nowMs: number;
  readonly holdMs: number;
  readonly albumMs: number;
}

/**
 * Adds an event to those that wait in its conversation: to the album that is being gathered; by its time where only a time
 * tells the order; else behind all others, so that nothing passes what came before it. Pure.
 */
export function addToHold(entries: readonly HeldEvent[], waiting: Waiting, times: HoldTimes): HeldEvent[] {
  const { albumId, event, orderKey, traceparent, echoUntilMs } = waiting;
  const isGathered = albumId !== '' && entries.some((entry) => entry.albumId === albumId);
  if (isGathered) {
    return entries.map((entry) => (entry.albumId === albumId ? { ...entry, events: [...entry.events, event] } : entry));
  }
  const waitMs = albumId === '' ? (waiting.isByTime ? times.holdMs : 0) : times.albumMs;
  const entry: HeldEvent = {
    events: [event],
    orderKey,
    dueAtMs: times.nowMs + waitMs,
    traceparent,
    ...(albumId === '' ? {} : { albumId }),
    ...(echoUntilMs === undefined ? {} : { echoUntilMs }),
  };
  const place = waiting.isByTime ? entries.findIndex((other) => other.orderKey > orderKey) : -1;
  return place === -1 ? [...entries, entry] : entries.toSpliced(place, 0, entry);
}

/** What is released now, and what goes on waiting. */
export interface Release {
  readonly released: readonly HeldEvent[];
  readonly waiting: readonly HeldEvent[];
}

/**
 * Releases what is due, with everything that stands before it; but nothing passes an album that is still being gathered, or what
 * may be an echo. Pure.
 */
export function releaseDue(entries: readonly HeldEvent[], nowMs: number): Release {
  const barrier = entries.findIndex((entry) => isBarrier(entry) && freeAtMs(entry) > nowMs);
  const free = barrier === -1 ? entries : entries.slice(0, barrier);
  const count = free.findLastIndex((entry) => freeAtMs(entry) <= nowMs) + 1;
  return { released: entries.slice(0, count), waiting: entries.slice(count) };
}

function isBarrier({ albumId, echoUntilMs }: HeldEvent): boolean {
  return albumId !== undefined || echoUntilMs !== undefined;
}

function freeAtMs({ dueAtMs, echoUntilMs = dueAtMs }: HeldEvent): number {
  return Math.max(dueAtMs, echoUntilMs);
}

/** More than this does not wait: a hold must never grow beyond what one document can carry. */
const heldEventsMax = 200;
const heldBytesMax = 4 * 1024 * 1024;

/** Has a hold grown so much that everything in it is released now. Pure. */
export function isOverfull(entries: readonly HeldEvent[]): boolean {
  const events = entries.flatMap((entry) => entry.events);
  return events.length > heldEventsMax || events.reduce((sum, event) => sum + event.length, 0) > heldBytesMax;
}

/** When something is released next; undefined when nothing waits. Pure. */
export function nextRelease(entries: readonly HeldEvent[]): number | undefined {
  const barrier = entries.findIndex(isBarrier);
  const first = barrier === -1 ? entries : entries.slice(0, barrier + 1);
  return first.length === 0 ? undefined : Math.min(...first.map(freeAtMs));
}
