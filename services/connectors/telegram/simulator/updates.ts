import type { Fields, Update } from './types.ts';

/** Kinds that come only where they are asked for by name. */
const withheld = ['chat_member', 'message_reaction', 'message_reaction_count'];
const waitingMax = 100_000;
const rememberedMax = 100;

/** Updates of one bot that nobody has taken yet, in order. */
export interface UpdateQueue {
  /** Numbers an update and lets it wait; undefined when its kind is not wanted. */
  push(kind: string, body: Fields): Update | undefined;
  /** The same for a body as text, which may hold what JSON.parse would spoil. */
  pushText(text: string): { readonly updateId: number; readonly text: string };
  waiting(): readonly WaitingUpdate[];
  /** Forgets one that was taken. */
  take(updateId: number): void;
  /** Forgets all below a number. */
  confirm(offset: number): void;
  /** Lets the last ones that were taken wait again, under the same numbers, before all others. Tells how many. */
  repeat(count: number): number;
  allow(kinds: readonly string[] | undefined): void;
  /** Resolves at the next push, or when the signal aborts. */
  next(signal: AbortSignal): Promise<void>;
}

/** One that waits, with the bytes that will be sent. */
export interface WaitingUpdate {
  readonly updateId: number;
  readonly text: string;
}

/** An empty queue. */
export function createUpdateQueue(firstId: number): UpdateQueue {
  let lastId = firstId;
  let waiting: WaitingUpdate[] = [];
  let taken: readonly WaitingUpdate[] = [];
  let allowed: readonly string[] | undefined;
  const listeners = new Set<() => void>();

  /** Keeps those that fit; the others were taken. */
  function keep(fits: (update: WaitingUpdate) => boolean): void {
    taken = [...taken, ...waiting.filter((update) => !fits(update))].slice(-rememberedMax);
    waiting = waiting.filter(fits);
  }

  function add(updateId: number, text: string): WaitingUpdate {
    if (waiting.length >= waitingMax) throw new RangeError(`more than ${waitingMax} updates wait for nobody`);
    const update = { updateId, text };
    waiting.push(update);
    for (const listener of listeners) listener();
    return update;
  }

  return {
    push: (kind, body) => {
      const isWanted =
        allowed === undefined || allowed.length === 0 ? !withheld.includes(kind) : allowed.includes(kind);
      if (!isWanted) return undefined;
      lastId += 1;
      const update = { update_id: lastId, [kind]: body };
      add(lastId, JSON.stringify(update));
      return update;
    },
    pushText: (text) => {
      lastId += 1;
      return add(lastId, text.replace('"<update_id>"', String(lastId)));
    },
    waiting: () => waiting,
    take: (updateId) => keep((update) => update.updateId !== updateId),
    confirm: (offset) => {
      const first = offset < 0 ? (waiting.at(offset)?.updateId ?? 0) : offset;
      keep(({ updateId }) => updateId >= first);
    },
    repeat: (count) => {
      const again = count > 0 ? taken.slice(-count) : [];
      waiting = [...again, ...waiting];
      taken = taken.slice(0, taken.length - again.length);
      for (const listener of listeners) listener();
      return again.length;
    },
    allow: (kinds) => {
      allowed = kinds;
    },
    next: (signal) =>
      new Promise((resolve) => {
        const done = () => {
          listeners.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        if (signal.aborted) return resolve();
        listeners.add(done);
        signal.addEventListener('abort', done, { once: true });
      }),
  };
}
