/** What `DeliveryService/GetBacklog` says of a portal, as JSON. */
export interface BacklogSeen {
  readonly headSequence?: string;
  readonly deliveredSequence?: string;
  readonly doneBeyond?: string;
  readonly waiting?: string;
  readonly mode?: string;
  readonly pauseReason?: string;
  readonly nextAttemptAt?: string;
  readonly lastErrorText?: string;
}

/** What may be done about a portal: nothing waits, it is getting on, or its next attempt is due later and may be made now. */
export type Seen = 'empty' | 'waits' | 'may be hurried';

/** Looks at portals again and again. Nobody helps one that waits for nothing: it is stuck, and that is a finding. */
export interface Patience {
  look(name: string, backlog: BacklogSeen, nowMs: number): Seen;
  /** Portals that are paused, stuck or do not balance, in words. */
  readonly found: readonly string[];
}

/** By then whoever waits without a reason does not move any more. */
export const stuckAfterMs = 15_000;

/** Nothing was looked at yet. */
export function createPatience(): Patience {
  const moved = new Map<string, { readonly done: number; readonly atMs: number }>();
  const found = new Map<string, string>();
  const find = (name: string, what: string, why: string) => {
    if (!found.has(`${name} ${what}`)) found.set(`${name} ${what}`, `${name} ${what}${why}`);
  };
  return {
    look: (name, backlog, nowMs) => {
      const { head, done, waiting } = numbersOf(backlog);
      if (head !== done + waiting) find(name, 'does not balance', `: ${JSON.stringify(backlog)}`);
      const { pauseReason = '' } = backlog;
      if (pauseReason !== '') find(name, 'is paused', `: ${pauseReason}`);
      if (waiting === 0) {
        moved.delete(name);
        return 'empty';
      }
      const nextMs = backlog.nextAttemptAt === undefined ? 0 : Date.parse(backlog.nextAttemptAt);
      const before = moved.get(name);
      if (before === undefined || before.done !== done || nextMs > nowMs) moved.set(name, { done, atMs: nowMs });
      else if (nowMs - before.atMs > stuckAfterMs) find(name, 'is stuck', `: ${JSON.stringify(backlog)}`);
      return nextMs > nowMs ? 'may be hurried' : 'waits';
    },
    get found() {
      return [...found.values()];
    },
  };
}

function numbersOf({ headSequence = '0', deliveredSequence = '0', doneBeyond = '0', waiting = '0' }: BacklogSeen) {
  return { head: Number(headSequence), done: Number(deliveredSequence) + Number(doneBeyond), waiting: Number(waiting) };
}
