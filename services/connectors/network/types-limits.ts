import type { WireContent } from './types-content.ts';

/** Version of the protocol. */
export const version = 1;

/** Longest text, in UTF-16 units. */
export const textMax = 10_000;
/** Longest text beside a file: with its marks it has to fit into the attachment. */
export const captionMax = 4_000;
/** Everything that is no text, as JSON. A file counts with its description alone: its bytes travel by a link. */
export const attachmentMaxBytes = 30 * 1_024;
/** A whole call. */
export const callMaxBytes = 256 * 1_024;
/** Calls of one writer that are taken in a minute. */
export const callsPerMinute = 180;
/** Those who join a line in a minute, whoever they are. */
export const joinsPerMinute = 30;
/** Calls of one writer a minute that are kept though they are not understood. */
export const parkedPerMinute = 10;
/** How often a line may write to a partner that has not written. */
export const firstWordSeconds = 7 * 24 * 60 * 60;
/** Parts that such a message may have. */
export const firstWordParts = 10;
/** Longest name that is shown. */
export const nameMax = 100;

/** What is wrong with the size of a content; undefined: nothing. Pure. */
export function sizeTrouble(wire: WireContent): 'MESSAGE_EMPTY' | 'MESSAGE_OVERSIZE' | 'ATTACH_OVERSIZE' | undefined {
  if (!('text' in wire)) {
    return Buffer.byteLength(JSON.stringify(wire)) > attachmentMaxBytes ? 'ATTACH_OVERSIZE' : undefined;
  }
  const { plain } = (wire.text ?? {}) as { readonly plain?: unknown };
  if (typeof plain !== 'string' || plain.trim() === '') return 'MESSAGE_EMPTY';
  return plain.length > textMax ? 'MESSAGE_OVERSIZE' : undefined;
}
