import type { ResealedEvent, ResealOrder, ResealRefused } from '../portal-ports.ts';
import type { Chance } from './chance.ts';
import { eventBytes, kidOf } from './items.ts';

/** The keys of the model's portals, which all have the same ones, and what became of sealing anew. */
export interface ModelSealer {
  /** Valid ones, the newest last: that seals. */
  readonly kids: readonly string[];
  readonly deleted: ReadonlySet<string>;
  readonly resealed: number;
  readonly withheld: number;
  readonly violations: readonly string[];
  /** True: it does not answer. */
  isAway: boolean;
  /** It seals under this key, whatever it is told. */
  insistsOn: string | undefined;
  /** History no longer gives this event: `<portal>/<sequence>`. */
  lose(name: string): void;
  /** A new key beside the others. */
  rotate(): void;
  /** Deletes the oldest key, if it is not the last one. */
  deleteOldest(): void;
  reseal(order: ResealOrder): readonly ResealedEvent[] | ResealRefused;
}

/** Makes the sealer. Of a part of the events history is lost. */
export function createModelSealer(chance: Chance, lossRate = 0): ModelSealer {
  const kids = ['k0'];
  const deleted = new Set<string>();
  const lost = new Map<string, boolean>();
  const violations: string[] = [];
  let [made, resealed, withheld] = [0, 0, 0];

  const isLost = (name: string) => {
    const known = lost.get(name) ?? chance.happens(lossRate);
    lost.set(name, known);
    return known;
  };
  const sealer: ModelSealer = {
    kids,
    deleted,
    violations,
    isAway: false,
    insistsOn: undefined,
    lose: (name) => void lost.set(name, true),
    get resealed() {
      return resealed;
    },
    get withheld() {
      return withheld;
    },
    rotate: () => {
      made += 1;
      kids.push(`k${made}`);
    },
    deleteOldest: () => {
      const oldest = kids.length > 1 ? kids.shift() : undefined;
      if (oldest !== undefined) deleted.add(oldest);
    },
    reseal: ({ portalId, events, notKids }) => {
      if (sealer.isAway) throw new Error('the sealer is away');
      const kid = sealer.insistsOn ?? kids.findLast((each) => !notKids.includes(each));
      if (kid === undefined) return { refused: 'There is no other key.' };
      return events.map((event): ResealedEvent => {
        const former = kidOf({ bytes: event.cloudEvent });
        if (!notKids.includes(former) && !deleted.has(former))
          violations.push(`${portalId}: ${event.sequence} needs no other key`);
        if (deleted.has(former) && isLost(`${portalId}/${event.sequence}`)) {
          withheld += 1;
          return { kind: 'withheld', reason: 'its key is gone' };
        }
        resealed += 1;
        return { kind: 'sealed', cloudEvent: eventBytes(kid, event.cloudEvent.length - former.length - 1), kid };
      });
    },
  };
  return sealer;
}
