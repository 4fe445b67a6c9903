import { setTimeout as pause } from 'node:timers/promises';
import type { Field } from '../../load/field.ts';

const lookEveryMs = 2_000;

/** Starts mongod whenever it has ended, until the block is left. */
export function superviseMongo({ installation: { servers, strayed } }: Field) {
  const over = new AbortController();
  let seen = strayed.length;
  const supervisor = { starts: 0 };
  const work = async () => {
    while (!over.signal.aborted) {
      await pause(lookEveryMs);
      if (strayed.length === seen) continue;
      const known = strayed.length;
      supervisor.starts += 1;
      await servers.restart('mongo').then(
        () => {
          seen = known;
        },
        () => {},
      );
    }
  };
  const working = work();
  return Object.assign(supervisor, {
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await working;
    },
  });
}
