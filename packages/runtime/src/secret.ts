import { inspect } from 'node:util';

/** A value that must not be seen: prints nothing in JSON, in text and in the console. */
export interface Secret {
  /** The value itself. Called where it is used, never to be kept or logged. */
  reveal(): string;
  toString(): string;
  toJSON(): string;
}

const shown = '[secret]';

/** Wraps a secret. Pure. */
export function secret(value: string): Secret {
  const wrapped = {
    reveal: () => value,
    toString: () => shown,
    toJSON: () => shown,
    [inspect.custom]: () => shown,
  };
  return Object.freeze(wrapped);
}

/** True if a value is a {@link Secret}. Pure. */
export function isSecret(value: unknown): value is Secret {
  return typeof value === 'object' && value !== null && inspect.custom in value && 'reveal' in value;
}

/** A text without the password of an address in it: `nats://me:***@host`. Pure. */
export function withoutPassword(text: string): string {
  return text.replace(/(:\/\/[^/:@\s]*):[^@/\s]*@/g, '$1:***@');
}
