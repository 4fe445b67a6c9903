import { createSecretKey, type KeyObject } from 'node:crypto';
import type { SealingServiceDefinition } from '@trunkline/contracts';
import { type RpcClient, TrunklineError } from '@trunkline/runtime';

/** Derived signing keys of portals, in memory for ten minutes at most. */
export interface SigningKeys {
  /**
   * The valid keys of a portal, newest first; none when all are revoked. Rejects with `no_key` when they are damaged, in words,
   * otherwise when the sealer does not answer in time.
   */
  of(portalId: string): Promise<readonly KeyObject[]>;
  /** Asks again at the next call: the portal did not accept a signature, or its keys were changed. */
  forget(portalId: string): void;
}

const keptMs = 600_000;
/** Keys older than this are asked for anew while the former ones are still used. */
const freshMs = 480_000;
const answerMs = 3_000;
/** Portals in one question. */
const mostPortals = 256;

interface Kept {
  readonly keys: Promise<readonly KeyObject[]>;
  readonly atMs: number;
}

/** Keeps signing keys of the sealer; those that are wanted at the same moment are one question. `now` is monotonic. */
export function createSigningKeys(
  sealer: Pick<RpcClient<typeof SealingServiceDefinition>, 'getSigningKeys'>,
  now: () => number,
): SigningKeys {
  const kept = new Map<string, Kept>();
  const asking = new Map<string, Promise<readonly KeyObject[]>>();

  const answers = gathered(async (portalIds) => {
    const { keys, damaged } = await sealer.getSigningKeys({ portalIds: [...portalIds] }, { deadlineMs: answerMs });
    return {
      keys: Map.groupBy(keys, ({ portalId }) => portalId),
      damage: new Map(damaged.map(({ portalId, reason }) => [portalId, reason])),
    };
  });

  const ask = (portalId: string): Promise<readonly KeyObject[]> => {
    const underWay = asking.get(portalId);
    if (underWay !== undefined) return underWay;
    const atMs = now();
    const keys: Promise<readonly KeyObject[]> = answers(portalId)
      .then((answer) => {
        const damage = answer.damage.get(portalId);
        if (damage !== undefined) throw new TrunklineError('no_key', damage);
        const found = (answer.keys.get(portalId) ?? []).map(({ key }) => createSecretKey(key));
        // Forgotten meanwhile: what was asked before a change is not kept. Nor is "none": a key may be made any moment.
        if (found.length > 0 && asking.get(portalId) === keys)
          kept.set(portalId, { keys: Promise.resolve(found), atMs });
        return found;
      })
      .finally(() => asking.get(portalId) === keys && asking.delete(portalId));
    asking.set(portalId, keys);
    return keys;
  };

  return {
    forget: (portalId) => {
      kept.delete(portalId);
      asking.delete(portalId);
    },
    of: (portalId) => {
      const found = kept.get(portalId);
      const ageMs = found === undefined ? keptMs : now() - found.atMs;
      if (found === undefined || ageMs >= keptMs) {
        kept.delete(portalId);
        return ask(portalId);
      }
      // The next request after that waits for nobody; if the sealer is away, what is kept serves on for a while.
      if (ageMs >= freshMs) ask(portalId).catch(() => {});
      return found.keys;
    },
  };
}

/** Puts what is wanted in one turn of the event loop into one question. */
function gathered<Answer>(
  question: (portalIds: readonly string[]) => Promise<Answer>,
): (portalId: string) => Promise<Answer> {
  let wanted: string[] = [];
  let answer = Promise.withResolvers<Answer>();
  const send = () => {
    if (wanted.length === 0) return;
    question(wanted).then(answer.resolve, answer.reject);
    wanted = [];
    answer = Promise.withResolvers<Answer>();
  };
  return (portalId) => {
    if (wanted.length === 0) setImmediate(send);
    const { promise } = answer;
    if (wanted.push(portalId) >= mostPortals) send();
    return promise;
  };
}
