import type { Check } from './check.ts';
import type { CheckStream } from './stream.ts';
import { underAnotherKey } from './wire-event.ts';

const keptOut = {
  expected: 'not_taken',
  should: '401, nothing taken',
} as const;

const nextOne = async (stream: CheckStream) => [await stream.next(1)];

/** Whoever knows a receiver's address can call it: what it must not believe. */
export const checksOfTrust = {
  unsigned: {
    ...keptOut,
    name: 'unsigned',
    sends: 'the next event, without webhook-signature',
    batches: nextOne,
    fault: 'unsigned',
    why: 'Whoever knows your address could write into your portal in the name of your clients.',
    change: 'Refuse a request that lacks any of webhook-id, webhook-timestamp and webhook-signature: answer 401.',
  },
  forged: {
    ...keptOut,
    name: 'forged',
    sends: 'the next event, signed by a key that is not yours',
    batches: nextOne,
    fault: 'forged',
    why: 'Whoever knows your address could send you forged events; a 400 or 422 would have your own events parked on a wrong key.',
    change:
      'Verify webhook-signature over id.timestamp.body before anything else, with the bytes as they came; answer 401 if no signature fits.',
  },
  old: {
    ...keptOut,
    name: 'old timestamp',
    sends: 'the next event, signed properly, an hour ago',
    batches: nextOne,
    fault: 'old',
    why: 'Whoever recorded a request once could send it to you again at any time.',
    change: 'Refuse a webhook-timestamp that lies more than five minutes from your clock: answer 401.',
  },
  unknownKey: {
    name: 'unknown kid',
    sends: 'the next event, sealed under a key that you were not given',
    batches: async (stream) => [(await stream.next(1)).map(underAnotherKey)],
    expected: 'unknown_key',
    should: '422 {"error":"unknown_key","kid":"…"}',
    why: 'When a licence key is replaced, events under the new one would be counted as taken unread, or parked. By this answer they wait until you have the key.',
    change:
      'Choose the key by the kid in the header of the JWE; answer 422 with {"error":"unknown_key","kid":"<that kid>"} when you have none.',
  },
  tooLarge: {
    name: 'oversized',
    sends: 'the next event, with so many blanks that the body has 3 MiB: more than ever comes',
    batches: nextOne,
    fault: 'too_wide',
    expected: 'too_large',
    should: '413, or the connection closed',
    why: 'A body without a limit fills your memory, and nobody has to be known to you to send one.',
    change: 'Stop reading after 2 MiB and answer 413, before the signature is looked at.',
  },
} as const satisfies Record<string, Check>;
