import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatorWorld } from '@trunkline/testkit/simulator';
import type { Account } from './account.ts';

/** What joining needs. */
export interface EntranceParts {
  readonly join: (given: { from: string; address: string; start?: string }) => Promise<Joined>;
  readonly world: Pick<SimulatorWorld, 'complain' | 'ended'>;
  readonly pauseMs: number;
}

interface Joined {
  readonly status: number;
  readonly error: string;
}

/** A line that was made a moment ago is not known to everybody yet. */
const triesMax = 100;

/** How people get into the line whose address was given to them. */
export function createEntrance(account: Account, { join, world, pauseMs }: EntranceParts) {
  const entering = new Map<string, Promise<void>>();

  const untilIn = async (from: string, start: string | undefined) => {
    let last: Joined | undefined;
    for (let tries = 0; tries < triesMax && !world.ended.aborted; tries += 1) {
      const address = account.invitation ?? noAddress();
      last = await join({ from, address, ...(start === undefined ? {} : { start }) });
      if (last.status === 200) return;
      await sleep(pauseMs, undefined, { signal: world.ended }).catch(() => {});
    }
    if (!world.ended.aborted) throw new Error(`${from} cannot join the line: ${last?.status} ${last?.error}`);
  };
  const enter = ({ from, start }: { from: string; start?: string }) => {
    const under = entering.get(from) ?? untilIn(from, start).finally(() => entering.delete(from));
    entering.set(from, under);
    return under;
  };
  return {
    /** Joins the line that the people were told of, as often as it takes; `start` is the key of the link that led there. */
    enter,
    /** Tells people of a line. Whoever writes without a seat joins it first; those who had one before join at once. */
    invite: ({ address }: { address: string }) => {
      account.invitation = address;
      const lost = [...account.people.keys()].filter((id) => account.numbers.has(id) && !account.seats.has(id));
      for (const from of lost) enter({ from }).catch((error: unknown) => world.complain(String(error)));
    },
    /** Does something at a seat: at once, or as soon as the person has one. */
    inside: <Result>(from: string, act: () => Result): Result | Promise<Result> =>
      account.seats.has(from) || account.invitation === undefined ? act() : enter({ from }).then(act),
  };
}

function noAddress(): never {
  throw new Error('nobody has told of a line');
}
