import type { KeyObject } from 'node:crypto';
import { openSealed } from './open.ts';
import { createSeal } from './seal.ts';

/** Seals licence keys for the database under the key-encryption key. */
export interface Kek {
  readonly seal: (plaintext: Uint8Array) => string;
  /** Throws when the text was sealed under another key-encryption key. */
  readonly open: (sealed: string) => Buffer;
}

/** Makes a key-encryption key of 32 bytes ready for use. */
export function createKek(key: KeyObject): Kek {
  const seal = createSeal({ kid: 'kek', encryptionKey: key });
  return {
    seal,
    open: (sealed) => {
      const opened = openSealed(sealed, () => key);
      if (!opened.opened)
        throw new Error(`A licence key cannot be opened (${opened.reason}): is the key-encryption key the right one?`);
      return opened.plaintext;
    },
  };
}
