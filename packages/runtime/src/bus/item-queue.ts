import type { Position } from '@trunkline/contracts';
import type { InputItem } from './ports.ts';
import { comparePositions } from './position.ts';

/** How much one micro-batch takes, and how long it waits for more. */
export interface BatchRules {
  readonly items: number;
  readonly bytes: number;
  /** So many items go without waiting. */
  readonly enough: number;
  /** Longest wait for more, in milliseconds. */
  readonly lingerMs: number;
  /** What comes after a silence of so many milliseconds goes at once. */
  readonly idleMs: number;
}

/** Items that were read and not decided yet, in order. Pure but for its own memory: the time is an argument. */
export interface ItemQueue {
  push(item: InputItem, nowMs: number): void;
  /** Whether reading ahead may go on. */
  hasRoom(): boolean;
  isEmpty(): boolean;
  /** When the next micro-batch may go; infinite when there is nothing. */
  readyAtMs(nowMs: number): number;
  /** The next micro-batch; it stays until it is dropped. */
  batch(): readonly InputItem[];
  /** Forgets everything up to and with a position. */
  drop(through: Position, nowMs: number): void;
}

/** Reading ahead stops at either. */
const aheadItems = 2_000;
const aheadBytes = 2 * 1024 * 1024;

/** An empty queue. */
export function createItemQueue(rules: BatchRules): ItemQueue {
  const waiting: { readonly item: InputItem; readonly atMs: number }[] = [];
  let bytes = 0;
  let idleSinceMs = Number.NEGATIVE_INFINITY;
  return {
    push: (item, nowMs) => {
      waiting.push({ item, atMs: nowMs });
      bytes += item.bytes.length;
    },
    isEmpty: () => waiting.length === 0,
    hasRoom: () => waiting.length < aheadItems && bytes < aheadBytes,
    readyAtMs: (nowMs) => {
      const [first] = waiting;
      if (first === undefined) return Number.POSITIVE_INFINITY;
      const isEnough = waiting.length >= rules.enough || bytes >= rules.bytes;
      const isAfterSilence = first.atMs - idleSinceMs >= rules.idleMs;
      return isEnough || isAfterSilence ? nowMs : first.atMs + rules.lingerMs;
    },
    batch: () => {
      const taken: InputItem[] = [];
      let takenBytes = 0;
      for (const { item } of waiting) {
        takenBytes += item.bytes.length;
        if (taken.length === rules.items || (taken.length > 0 && takenBytes > rules.bytes)) break;
        taken.push(item);
      }
      return taken;
    },
    drop: (through, nowMs) => {
      const kept = waiting.findIndex(({ item }) => comparePositions(item.position, through) > 0);
      for (const { item } of waiting.splice(0, kept === -1 ? waiting.length : kept)) bytes -= item.bytes.length;
      if (waiting.length === 0) idleSinceMs = nowMs;
    },
  };
}
