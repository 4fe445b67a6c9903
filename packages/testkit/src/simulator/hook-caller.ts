import type { Troubles } from './troubles.ts';

/** A call of a hook as it is sent. */
export interface HookCall {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a hook answered. */
export interface HookAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** In which way a call is to be made. */
export interface HookManner {
  readonly proof: 'genuine' | 'wrong' | 'none';
  /** How often it was tried before. */
  readonly retries: number;
}

/** How a platform calls a hook. */
export interface HookOptions<Event> {
  /** The call for events; undefined: nobody is to be told, and they are forgotten. */
  readonly prepare: (events: readonly Event[], manner: HookManner) => HookCall | undefined;
  /** Whether the answer says that the events were taken; by default 2xx. */
  readonly isTaken?: (answer: HookAnswer) => boolean;
  /** What an answer that took them is good for beside that. */
  readonly onTaken?: (events: readonly Event[], answer: HookAnswer) => void;
  /** How long the hook asks to be left alone; otherwise the platform's own pauses. */
  readonly retryAfterMs?: (answer: HookAnswer) => number | undefined;
  /** The platform waits no longer than that for an answer. */
  readonly answerLimitMs: number;
  /** Pause after the first failure; it doubles. */
  readonly retryDelayMs: number;
  /** It goes on for so long after the first failure. */
  readonly giveUpAfterMs: number;
  /** Told when it gave up: a platform may unsubscribe the hook. */
  readonly onGivenUp?: () => void;
  readonly troubles: Troubles;
  /** Told of what must not be: a late answer, a forged call that was taken. */
  readonly complain: (what: string) => void;
  readonly signal: AbortSignal;
}

/** Calls one hook: in order while all goes well, and out of it after a failure, as platforms do. */
export interface HookCaller<Event> {
  push(...events: Event[]): void;
  /** How many calls are not yet taken. */
  waiting(): number;
  /** Tells the last events that were taken again. Tells how many. */
  redeliver(given?: { readonly count?: number }): number;
  /** Statuses that forged calls were answered with. */
  readonly forged: readonly number[];
}

interface Item<Event> {
  readonly events: readonly Event[];
  failures: number;
  firstFailedAt: number;
}

const rememberedMax = 100;
const waitingMax = 100_000;
const growthMax = 100;
const turnedRound = 3;

/** A caller that has nothing to tell yet; it works until the signal aborts. */
export function createHookCaller<Event>(options: HookOptions<Event>): HookCaller<Event> {
  const { troubles, signal } = options;
  const queue: Item<Event>[] = [];
  const forged: number[] = [];
  let taken: Item<Event>[] = [];
  let later = 0;
  let isBusy = false;

  async function work(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    try {
      for (let item = next(); item !== undefined && !signal.aborted; item = next()) await deliver(item);
    } catch (error) {
      options.complain(`the simulator could not make its call: ${error instanceof Error ? error.stack : error}`);
    } finally {
      isBusy = false;
    }
  }

  /** What comes next; nothing while events are gathered to change places or to come together. */
  function next(): Item<Event> | undefined {
    const gathers = troubles.waits('reversed') ?? troubles.waits('batched');
    if (gathers !== undefined) {
      const count = gathers.count ?? turnedRound;
      if (queue.length < count) return undefined;
      troubles.take([gathers.kind]);
      const some = queue.splice(0, count);
      queue.unshift(...(gathers.kind === 'reversed' ? some.toReversed() : [merged(some)]));
    }
    return queue.shift();
  }

  async function deliver(item: Item<Event>): Promise<void> {
    for (const [kind, proof] of [
      ['wrong_proof', 'wrong'],
      ['no_proof', 'none'],
    ] as const) {
      if (troubles.take([kind]) !== undefined) await forge(item, proof);
    }
    const repeated = troubles.take(['repeated']);
    const copies = repeated === undefined ? 1 : (repeated.count ?? 2);
    for (let copy = 0; copy < copies && !signal.aborted; copy += 1) await tell(item);
  }

  async function forge(item: Item<Event>, proof: 'wrong' | 'none'): Promise<void> {
    const call = options.prepare(item.events, { proof, retries: 0 });
    const answer = call && (await post(call, options));
    if (answer === undefined || typeof answer === 'string') return;
    forged.push(answer.status);
    if (answer.status < 300) options.complain(`a call with ${proof === 'none' ? 'no' : 'a wrong'} proof was taken`);
  }

  async function tell(item: Item<Event>): Promise<void> {
    const call = options.prepare(item.events, { proof: 'genuine', retries: item.failures });
    if (call === undefined) return;
    const answer = await post(call, options);
    if (signal.aborted) return;
    if (typeof answer !== 'string' && isTaken(answer)) {
      taken = [...taken, item].slice(-rememberedMax);
      options.onTaken?.(item.events, answer);
      return;
    }
    postpone(item, typeof answer === 'string' ? undefined : options.retryAfterMs?.(answer));
  }

  function isTaken(answer: HookAnswer): boolean {
    return options.isTaken?.(answer) ?? (answer.status >= 200 && answer.status < 300);
  }

  function postpone(item: Item<Event>, askedMs: number | undefined): void {
    if (item.failures === 0) item.firstFailedAt = performance.now();
    item.failures += 1;
    if (performance.now() - item.firstFailedAt >= options.giveUpAfterMs) {
      options.onGivenUp?.();
      return;
    }
    later += 1;
    const delayMs = askedMs ?? options.retryDelayMs * Math.min(2 ** (item.failures - 1), growthMax);
    setTimeout(() => {
      later -= 1;
      queue.push(item);
      void work();
    }, delayMs).unref();
  }

  return {
    forged,
    push: (...events) => {
      if (queue.length >= waitingMax) throw new RangeError(`more than ${waitingMax} events wait`);
      for (const event of events) queue.push({ events: [event], failures: 0, firstFailedAt: 0 });
      void work();
    },
    waiting: () => queue.length + later + (isBusy ? 1 : 0),
    redeliver: ({ count = 1 } = {}) => {
      const again = count > 0 ? taken.slice(-count) : [];
      queue.unshift(...again);
      void work();
      return again.length;
    },
  };
}

function merged<Event>(items: readonly Item<Event>[]): Item<Event> {
  return { events: items.flatMap(({ events }) => events), failures: 0, firstFailedAt: 0 };
}

/** One call; a text says why there was no answer. */
async function post<Event>(
  { url, headers, body }: HookCall,
  { answerLimitMs, complain, signal }: HookOptions<Event>,
): Promise<HookAnswer | string> {
  const limit = AbortSignal.timeout(answerLimitMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal: AbortSignal.any([signal, limit]),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    if (limit.aborted) complain(`the hook did not answer within ${answerLimitMs} ms: ${body.slice(0, 200)}`);
    return error instanceof Error ? error.message : 'no connection';
  }
}
