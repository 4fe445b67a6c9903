import { setTimeout as delay } from 'node:timers/promises';
import type { Instance } from './instance.ts';

/** One server of a cluster, and where it says whether it is well. */
export interface ClusterMember {
  readonly instance: Instance;
  readonly monitorPort: number;
}

const pollMs = 50;

/**
 * Servers of a cluster as one: what is killed or frozen is one of them, another each time, and what comes back is that one.
 * Started when every member says that it is well.
 */
export function clusterOf(members: readonly ClusterMember[]): Instance {
  let turn = 0;
  let frozen: Instance | undefined;
  const next = () => {
    const member = members[turn % members.length];
    turn += 1;
    if (member === undefined) throw new Error('a cluster has members');
    return member.instance;
  };
  const each = (work: (instance: Instance) => Promise<void>) =>
    Promise.all(members.map(({ instance }) => work(instance))).then(() => {});
  return {
    // One that is down makes the cluster one that is to be started.
    pid: () => (members.every(({ instance }) => instance.pid() !== undefined) ? members[0]?.instance.pid() : undefined),
    start: async (signal) => {
      await each(async (instance) => {
        if (instance.pid() === undefined) await instance.start(signal);
      });
      await Promise.all(members.map(({ monitorPort }) => untilWell(monitorPort, signal)));
    },
    stop: () => each((instance) => instance.stop()),
    kill: () => next().kill(),
    freeze: async () => {
      frozen = next();
      await frozen.freeze();
    },
    thaw: async () => {
      await frozen?.thaw();
      frozen = undefined;
    },
  };
}

/** Its own word, which it gives once it knows the cluster's leader and has what the others have. */
async function untilWell(monitorPort: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const asked = fetch(`http://127.0.0.1:${monitorPort}/healthz`, { signal: AbortSignal.timeout(1_000) });
    if (await asked.then(({ ok }) => ok).catch(() => false)) return;
    await delay(pollMs, undefined, { signal });
  }
}
