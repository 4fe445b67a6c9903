import type { Kek } from '../domain/kek.ts';
import type { KeyRing } from '../key-ring.ts';
import type { PortalKeys } from '../store/portal-keys.ts';

/** What the methods need. */
export interface SealingContext {
  readonly keys: PortalKeys;
  readonly ring: KeyRing;
  readonly kek: Kek;
  readonly now: () => number;
  /** Tells that a key was used or changed: who, what, which. */
  readonly keyUsed: (use: KeyUse) => void;
}

/** One use of a key. */
export interface KeyUse {
  readonly use: 'sealed' | 'opened' | 'made' | 'revoked' | 'signing_keys_given';
  readonly portalId: string;
  readonly kid: string;
}
