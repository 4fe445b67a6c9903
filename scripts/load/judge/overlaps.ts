import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** Longer than it takes until the end of a connection is known here. */
const graceMs = 500;

/** A request that began while another of the same stream was under way. */
export interface Overlap {
  readonly stream: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** Requests of one stream that were under way at once. */
export interface Overlaps {
  /** A request of this stream begins, and ends with its response. */
  begin(stream: string, response: ServerResponse): void;
  readonly seen: readonly Overlap[];
}

/**
 * Notes requests that began while another of the same stream was under way. One that was given up by who made it is not: that is
 * known here a moment later.
 */
export function createOverlaps(): Overlaps {
  const open = new Map<string, Set<ServerResponse>>();
  const seen: Overlap[] = [];
  const look = async (overlap: Overlap, others: readonly ServerResponse[]) => {
    await pause(graceMs);
    if (others.some((other) => other.writableFinished || !other.destroyed)) seen.push(overlap);
  };
  return {
    seen,
    begin: (stream, response) => {
      const own = open.get(stream) ?? new Set();
      open.set(stream, own);
      if (own.size > 0) void look({ stream, atMs: Date.now() }, [...own]);
      own.add(response);
      response.once('close', () => own.delete(response));
    },
  };
}
