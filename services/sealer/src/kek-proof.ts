import { TrunklineError } from '@trunkline/runtime';
import type { Kek } from './domain/kek.ts';
import { type DamagedKey, openKeys } from './opened-keys.ts';
import type { PortalKeys, StoredKey } from './store/portal-keys.ts';

/** Whether this instance has the key-encryption key that most of the newest licence keys are stored under. */
export interface KekProof {
  /** A licence key that it does not open, where it opens few; undefined: it is the right one, as far as can be seen. */
  readonly foreign: () => Promise<DamagedKey | undefined>;
  /**
   * Rejects with `failed_precondition` while most of the newest licence keys cannot be opened: what is made under another
   * key-encryption key than theirs could be opened by this instance alone.
   */
  readonly requireKek: () => Promise<void>;
  /** Of stored keys those that cannot be used, by kid: why, in words. */
  readonly damageIn: (documents: readonly StoredKey[]) => Promise<ReadonlyMap<string, string>>;
}

/** So many keys of all portals say whether the key-encryption key is the right one: more than a wrong one would have made. */
const provingKeys = 20;
const foreignWords = 'this sealer cannot open it, nor most others: it was started with another key-encryption key';

/** Asks the store until the key-encryption key is known to be right, then never again. */
export function createKekProof(store: Pick<PortalKeys, 'newest'>, kek: Kek): KekProof {
  let isProven = false;
  const foreign = async () => {
    if (isProven) return undefined;
    const { keys, damaged } = openKeys(await store.newest(provingKeys), kek);
    if (keys.length < damaged.length) return damaged[0];
    isProven = keys.length > 0;
    return undefined;
  };
  return {
    foreign,
    requireKek: async () => {
      const damaged = await foreign();
      if (damaged !== undefined) throw wrongKek(damaged, 'failed_precondition');
    },
    damageIn: async (documents) => {
      const { damaged } = openKeys(documents, kek);
      const isForeign = damaged.length > 0 && (await foreign()) !== undefined;
      return new Map(damaged.map(({ kid, error }) => [kid, isForeign ? foreignWords : error.message]));
    },
  };
}

/** What a key that cannot be opened means where most others cannot either. */
export function wrongKek({ error }: DamagedKey, code: 'unavailable' | 'failed_precondition'): TrunklineError {
  return new TrunklineError(code, `most licence keys cannot be opened; ${error.message}`, {
    publicMessage:
      'The sealer was started with another key-encryption key than the one that the licence keys are stored under.',
    remedy:
      'Start this instance with the key-encryption key that the licence keys are stored under. If that one is lost for good, or the stored keys are damaged, start it with SEALER_KEK_LOST=true and make the portals other keys.',
    cause: error,
  });
}
