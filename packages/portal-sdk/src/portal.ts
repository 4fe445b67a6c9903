import { answer, type PortalAnswer, RetryLater } from './answers.ts';
import { type Attributes, type Notice, parseBatch, type SealedEvent } from './batch.ts';
import { type Cursor, start } from './chain.ts';
import { deriveKeys } from './keys.ts';
import { type Headers, verify } from './signature.ts';
import { Cursors } from './strands.ts';
import { type Handlers, type Stop, type Taking, takeOne } from './take.ts';

/** Where a portal keeps its position between restarts. */
export interface CursorStore {
  /**
   * Called at each request, so that several processes may share one store. `undefined`: nothing was taken yet. Of a portal that is
   * parallel, or was: one cursor for each `strand` that was ever stored, and the one without.
   */
  load(): Promise<Cursor | readonly Cursor[] | undefined>;
  /**
   * Called once a request, after the handlers and before the answer, with the cursor of its strand. Throw if the one stored for
   * `cursor.strand` is no longer `previous`: another process was quicker, the answer is 503 and the events come again. Leave it out
   * if the handlers store `event.cursor`.
   */
  save?(cursor: Cursor, previous: Cursor): Promise<void>;
}

/** Something that was not answered with "all taken": for the portal's log. Holds no content. */
export interface Problem {
  readonly code: string;
  readonly status: number;
  /** The event at which the receiver stopped. */
  readonly event?: Pick<Attributes, 'id' | 'sequence'>;
  /** What a handler or the store threw; for `gap` the gap itself. */
  readonly cause?: unknown;
}

/** Settings of a receiver. */
export interface PortalOptions<Data = unknown> extends Handlers<Data> {
  /** The portal's licence key; both keys while one is being replaced. */
  readonly licenceKeys: readonly string[];
  /** Where to go on: a store, or a fixed position that then lives in memory only. By default the start of the stream, in memory. */
  readonly cursor?: Cursor | CursorStore;
  /** How far a request's timestamp may lie from our clock. Default 5 minutes. */
  readonly toleranceMs?: number;
  /**
   * After so long no further event of a batch is begun and the handlers' signal aborts. Default 10 s, as the sender waits 15 s: less,
   * where the portal's setting `timeout_ms` is less.
   */
  readonly answerWithinMs?: number;
  /** Larger bodies are answered 413. Default 2 MiB; the sender's largest is 1 MiB before sealing. */
  readonly maxBodyBytes?: number;
  /** Called for each answer other than "all taken". Must not throw. */
  onProblem?(problem: Problem): void;
  /** The clock, in milliseconds; for tests. */
  readonly now?: () => number;
}

/** A received HTTP request: the body as the bytes that came, before any parsing. */
export interface PortalRequest {
  readonly headers: Headers;
  readonly rawBody: Uint8Array | string;
}

/** A receiver of one portal's stream. */
export interface Portal {
  /** Takes one request and says what to answer. Does not throw and does not do network input or output of its own. */
  handle(request: PortalRequest): Promise<PortalAnswer>;
  /** The position now, in the stream without strands. */
  cursor(): Promise<Cursor>;
  /** All positions: of the stream without strands, and of each strand that there ever was. */
  cursors(): Promise<readonly Cursor[]>;
  readonly maxBodyBytes: number;
}

function storeOf(given: Cursor | CursorStore = start): CursorStore {
  if ('load' in given) return given;
  const kept = new Cursors([given]);
  return {
    load: async () => kept.all(),
    save: async (cursor) => kept.set(cursor),
  };
}

function answerToStop(stop: Stop): PortalAnswer {
  switch (stop.code) {
    case 'unknown_key':
      return answer(422, { error: 'unknown_key', kid: stop.kid });
    case 'refused':
      return answer(422, { refused: stop.id });
    case 'cannot_open':
      return answer(422, { error: 'cannot_open', id: stop.id });
    case 'gap':
      return answer(503, { error: stop.gap.kind, after: stop.gap.cursor.sequence, got: stop.gap.event.sequence });
    case 'handler_failed':
      return answer(
        503,
        { error: 'handler_failed', id: stop.id },
        stop.cause instanceof RetryLater ? { 'retry-after': String(Math.max(1, Math.ceil(stop.cause.seconds))) } : {},
      );
  }
}

function causeOf(stop: Stop | undefined): unknown {
  if (!stop) return undefined;
  return stop.code === 'gap' ? stop.gap : 'cause' in stop ? stop.cause : undefined;
}

/** A cursor as it is now, and as it was before the request. */
interface Moved {
  readonly cursor: Cursor;
  readonly previous: Cursor;
}

/** Takes events until one stops it or the time is over. */
async function takeInOrder<Data>(
  batch: readonly (SealedEvent | Notice)[],
  cursors: Cursors,
  receiver: Taking<Data>,
): Promise<{ readonly moved: ReadonlyMap<string, Moved>; readonly taken: number; readonly stop?: Stop }> {
  const moved = new Map<string, Moved>();
  let taken = 0;
  for (const item of batch) {
    // At least one event a request, however slow: otherwise a slow handler would never get on.
    if (receiver.signal.aborted && taken > 0) break;
    const step = await takeOne(item, cursors, receiver);
    if ('stop' in step) return { moved, taken, stop: step.stop };
    const { cursor } = step;
    if (cursor !== undefined) {
      const key = cursor.strand ?? '';
      moved.set(key, { cursor, previous: moved.get(key)?.previous ?? cursors.of(item) });
      cursors.set(cursor);
    }
    taken += 1;
  }
  return { moved, taken };
}

/**
 * The requests that are being taken. The sender has one open, of each strand: a second one means that it gave up waiting for the
 * first, whose events it repeats. One of another number of strands means that its sender died, and that another one may send the
 * same events in other strands.
 */
function createTurns() {
  const open = new Map<string, { readonly count: string | undefined; readonly isReplay: boolean }>();
  return {
    begin: ({ strand = '', replay }: Partial<Pick<Attributes, 'strand' | 'replay'>> = {}) => {
      const own = { count: strand.split('/')[1], isReplay: replay !== undefined };
      const others = [...open.values()].filter(({ isReplay }) => !isReplay && !own.isReplay);
      if (open.has(strand) || others.some(({ count }) => count !== own.count)) return undefined;
      open.set(strand, own);
      return { end: () => open.delete(strand) };
    },
  };
}

/**
 * Makes a receiver: verifies, opens, drops repeats, checks that nothing is missing, and calls the handlers in order.
 * Give each portal its own. Throws `LicenceKeyError` at once if a licence key is mistyped.
 */
export function createPortal<Data = unknown>(options: PortalOptions<Data>): Portal {
  const { toleranceMs = 300_000, answerWithinMs = 10_000, maxBodyBytes = 2 * 1024 * 1024, now = Date.now } = options;
  const keys = options.licenceKeys.map(deriveKeys);
  if (keys.length === 0)
    throw new TypeError('licenceKeys is empty: give the licence key that was shown with the portal');
  const store = storeOf(options.cursor);
  const load = async () => {
    const stored = (await store.load()) ?? [];
    return new Cursors('sequence' in stored ? [stored] : stored);
  };
  const taking = createTurns();

  function refuse(given: PortalAnswer, code: string, more: Omit<Problem, 'code' | 'status'> = {}): PortalAnswer {
    options.onProblem?.({ code, status: given.status, ...more });
    return given;
  }

  async function take(batch: readonly (SealedEvent | Notice)[]): Promise<PortalAnswer> {
    const signal = AbortSignal.timeout(answerWithinMs);
    const { moved, taken, stop } = await takeInOrder(batch, await load(), { keys, handlers: options, signal });
    for (const { cursor, previous } of moved.values()) await store.save?.(cursor, previous);
    const given = taken > 0 || !stop ? answer(200, { accepted: taken }) : answerToStop(stop);
    const event = batch[taken];
    return event ? refuse(given, stop?.code ?? 'out_of_time', { event, cause: causeOf(stop) }) : given;
  }

  async function handle({ headers, rawBody }: PortalRequest): Promise<PortalAnswer> {
    const body = Buffer.from(rawBody);
    if (body.length > maxBodyBytes) return refuse(answer(413, { error: 'too_large', maxBodyBytes }), 'too_large');
    const verdict = verify({ headers, body, nowMs: now(), toleranceMs }, keys);
    if (!verdict.valid) return refuse(answer(401, { error: verdict.reason }), verdict.reason);
    let batch: readonly (SealedEvent | Notice)[];
    try {
      batch = parseBatch(body);
    } catch (cause) {
      const sentence = cause instanceof Error ? cause.message : '';
      return refuse(answer(400, { error: 'malformed', sentence }), 'malformed', { cause });
    }
    const turn = taking.begin(batch[0]);
    if (turn === undefined) return refuse(answer(503, { error: 'busy' }, { 'retry-after': '1' }), 'busy');
    try {
      return await take(batch);
    } catch (cause) {
      return refuse(answer(503, { error: 'store_failed' }), 'store_failed', { cause });
    } finally {
      turn.end();
    }
  }

  return {
    ...{ handle, maxBodyBytes },
    cursor: async () => (await load()).of({ strand: undefined }),
    cursors: async () => (await load()).all(),
  };
}
