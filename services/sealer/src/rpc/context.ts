import type { Kek } from '../domain/kek.ts';
import type { KeyUse } from '../domain/key-use.ts';
import type { KeyRing } from '../key-ring.ts';
import type { PortalKeys } from '../store/portal-keys.ts';

/** What the methods need. */
export interface SealingContext {
  readonly keys: PortalKeys;
  readonly ring: KeyRing;
  readonly kek: Kek;
  /** The former key-encryption key is gone for good: keys are made although the stored ones cannot be opened. */
  readonly isKekLost: boolean;
  readonly now: () => number;
  /** Tells that a key was used or changed: who, what, which. Never waits. */
  readonly keyUsed: (use: KeyUse) => void;
}
