import type { Position } from '@trunkline/contracts';

/** Before everything. */
export const start: Position = { sequence: 0, index: 0, output: 0 };

/**
 * Orders positions: negative when a is before b, 0 when they are the same. An item that is done (output 0) comes after
 * each of its outputs. Pure.
 */
export function comparePositions(a: Position, b: Position): number {
  return a.sequence - b.sequence || a.index - b.index || rankOf(a) - rankOf(b);
}

/** The later of two. Pure. */
export function laterOf(a: Position, b: Position): Position {
  return comparePositions(a, b) >= 0 ? a : b;
}

function rankOf({ output }: Position): number {
  return output === 0 ? Number.MAX_SAFE_INTEGER : output;
}

/** A position as a header carries it: `<sequence>.<index>`, and `.<output>` where an item is not done. Pure. */
export function formatPosition({ sequence, index, output }: Position): string {
  return output === 0 ? `${sequence}.${index}` : `${sequence}.${index}.${output}`;
}

/** Reads what {@link formatPosition} wrote; undefined when it is something else. Pure. */
export function parsePosition(text: string | undefined): Position | undefined {
  const found = /^(\d+)\.(\d+)(?:\.(\d+))?$/.exec(text ?? '');
  return found ? { sequence: Number(found[1]), index: Number(found[2]), output: Number(found[3] ?? 0) } : undefined;
}
