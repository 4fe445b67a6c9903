import { TrunklineError } from '../../errors.ts';
import type { Clock } from '../ports.ts';

/** Somebody whose awaits the model decides about: it can die at each of them. */
export interface Actor {
  readonly name: string;
  alive: boolean;
}

/** What may happen to a call beside that it succeeds. */
export type Fate =
  /** The request does not arrive. */
  | 'lost'
  /** It has its effect, the answer does not arrive. */
  | 'unanswered'
  /** It has its effect after the caller gave up. */
  | 'late';

/** Decides what happens next, and what becomes of each call. */
export interface Turns {
  /** Virtual time of one actor. */
  clockOf(actor: Actor): Clock;
  /** A call to a server: the effect happens in one turn, the answer may come in a later one. */
  call<T>(actor: Actor, fates: readonly Fate[], effect: () => T): Promise<T>;
  /** A number below so many. */
  choose(count: number): number;
  /** Lets an actor die where it stands. What it sent may still arrive. */
  kill(actor: Actor): void;
  /** Turns of chaos until the choices are used up; now and then something else happens, or when nobody wants anything. */
  chaos(happen: () => void): Promise<void>;
  /** Turns without faults, in the order of asking, until nobody wants anything. Throws when that does not come. */
  rest(): Promise<void>;
}

interface Pending {
  readonly actor: Actor;
  readonly isRequest: boolean;
  readonly run: () => void;
}

interface Timer {
  readonly actor: Actor;
  readonly atMs: number;
  readonly call: () => void;
}

const restTurns = 20_000;
const startMs = 1_000_000;
/** One of so many turns is for something else to happen, one for time to pass although somebody waits for an answer. */
const eventTurns = 12;
const timeTurns = 32;

/**
 * Makes the turns of one case from a list of choices, so that a failing case can be made smaller by fast-check. Its own
 * scheduler does not know faults, deaths and time. When the list is used up, and while resting, nothing fails.
 */
export function createTurns(choices: ArrayLike<number>): Turns {
  let used = 0;
  let nowMs = startMs;
  let pending: Pending[] = [];
  let timers: Timer[] = [];
  let isResting = true;
  const isCalm = () => isResting || used >= choices.length;
  const choose = (count: number) => (choices[used++] ?? 0) % count;
  const ghost: Actor = { name: 'the network', alive: true };

  const answer = (actor: Actor, run: () => void) => {
    if (!actor.alive) return;
    if (isCalm() || choose(4) > 0) run();
    else pending.push({ actor, isRequest: false, run });
  };
  const run = (next: Pending) => {
    pending = pending.filter((other) => other !== next);
    if (next.actor.alive || next.isRequest) next.run();
  };
  const passTime = () => {
    timers = timers.filter(({ actor }) => actor.alive);
    const first = timers.reduce<Timer | undefined>((a, b) => (a === undefined || b.atMs < a.atMs ? b : a), undefined);
    if (first === undefined) return false;
    timers = timers.filter((other) => other !== first);
    nowMs = Math.max(nowMs, first.atMs);
    first.call();
    return true;
  };
  return {
    choose,
    clockOf: (actor) => ({
      now: () => nowMs,
      wallMs: () => nowMs,
      after: (ms, call) => {
        const timer = { actor, atMs: nowMs + Math.max(ms, 0), call };
        timers.push(timer);
        return () => {
          timers = timers.filter((other) => other !== timer);
        };
      },
    }),
    call: (actor, fates, effect) => {
      const { promise, resolve, reject } = Promise.withResolvers<ReturnType<typeof effect>>();
      const fail = () => reject(new TrunklineError('unavailable', 'no answer'));
      const request = () => {
        const fate = isCalm() || fates.length === 0 ? undefined : fates[choose(fates.length > 1 ? 8 : 16)];
        if (fate === 'lost') return answer(actor, fail);
        if (fate === 'late') {
          pending.push({ actor: ghost, isRequest: true, run: () => void settled(effect) });
          return answer(actor, fail);
        }
        const result = settled(effect);
        if (fate === 'unanswered') return answer(actor, fail);
        answer(actor, () => (result.isDone ? resolve(result.value) : reject(result.error)));
      };
      pending.push({ actor, isRequest: true, run: request });
      return promise;
    },
    kill: (actor) => {
      actor.alive = false;
      pending = pending.filter((each) => each.actor !== actor || (each.isRequest && choose(2) === 0));
    },
    chaos: async (happen) => {
      isResting = false;
      while (!isCalm()) {
        const drawn = choose(256);
        const next = pending[drawn % Math.max(pending.length, 1)];
        const isIdle = next === undefined && !timers.some(({ actor }) => actor.alive);
        if (isIdle || drawn % eventTurns === 0) happen();
        else if (next === undefined || drawn % timeTurns === 1) passTime();
        else run(next);
        await microtasks();
      }
    },
    rest: async () => {
      isResting = true;
      await microtasks();
      for (let turn = 0; turn < restTurns; turn += 1) {
        const next = pending[0];
        if (next === undefined && !passTime()) return;
        if (next !== undefined) run(next);
        await microtasks();
      }
      throw new Error('the lanes do not come to rest');
    },
  };
}

type Settled<T> = { readonly isDone: true; readonly value: T } | { readonly isDone: false; readonly error: unknown };

function settled<T>(effect: () => T): Settled<T> {
  try {
    return { isDone: true, value: effect() };
  } catch (error) {
    return { isDone: false, error };
  }
}

/** Everybody goes on to the next await that the model decides about. */
function microtasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
