import type { Check } from './check.ts';
import { damaged } from './wire-event.ts';

const taken = { expected: 'taken' } as const;
const stopped = {
  expected: 'not_taken',
  should: '503, nothing taken',
} as const;

/** Everything, once, in order: what a receiver must take, and where it must stop. */
export const checksOfOrder = {
  good: {
    ...taken,
    name: 'good batch',
    sends: 'three events, signed and sealed as they should be',
    batches: async (stream) => [await stream.next(3)],
    should: '200 {"accepted":3}',
    why: 'Nothing would ever reach you.',
    change:
      'Answer 200 once the events are stored. 401 here: the licence key or the signing key differs. 503: your receiver is not at the beginning of the stream; empty its store, or say by --after and --chain where it stands.',
  },
  repeat: {
    ...taken,
    name: 'repeat',
    sends: 'the same three events once more, newly signed',
    batches: async ({ taken }) => [taken.slice(0, 3)],
    should: '200 {"accepted":3}: repeats count as taken',
    why: 'After a lost answer the same events come again. Refused, they would stop your stream or be parked.',
    change: 'Drop an event whose sequence is at or below your cursor, and count it as taken.',
  },
  grown: {
    ...taken,
    name: 'repeat and more',
    sends: 'an event that you took before the last one, the last one, and a new one',
    batches: async (stream) => [[...stream.taken.slice(-2), ...(await stream.next(1))]],
    should: '200 {"accepted":3}',
    why: 'A batch may grow between two tries. A cursor that follows a repeat back loses its place.',
    change: 'Drop repeats one by one, by sequence and not by webhook-id, and never move the cursor back.',
  },
  unopened: {
    ...taken,
    name: 'repeat, unread',
    sends: 'an event that you took long ago, with contents that cannot be opened',
    batches: async ({ taken }) => [taken.slice(0, 1).map(damaged)],
    should: '200 {"accepted":1}: dropped by its sequence, unread',
    why: 'You read what you took already: then you can also handle it twice, and show a message twice.',
    change: 'Look at the sequence before you open an event; one at or below your cursor is dropped unread.',
  },
  gap: {
    ...stopped,
    name: 'gap',
    sends: 'an event out of order: the one before it never came',
    batches: async (stream) => [(await stream.next(2)).slice(1)],
    why: 'An event is missing, and by this answer you would never see it: messages lost or in the wrong order.',
    change: 'Answer 503 to an event whose sequence is not your cursor plus 1, and leave the cursor where it is.',
  },
  swapped: {
    ...stopped,
    name: 'broken chain',
    sends: 'the next event with another content than its chain was made of',
    batches: async (stream) => [[await stream.swapped()]],
    why: 'A history that was changed, or events swapped among each other, would look like a good one.',
    change:
      'Compute the chain over previous chain, sequence, id and the hash of the opened bytes; answer 503 if it is not the event’s.',
  },
  wide: {
    ...taken,
    name: 'largest body',
    sends: 'an event that you took, with so many blanks that the body has 2 MiB',
    batches: async ({ taken }) => [taken.slice(0, 1)],
    fault: 'wide',
    should: '200 {"accepted":1}',
    why: 'A large event is refused, parked after three tries, and lost to you.',
    change: 'Accept bodies of 2 MiB; look for the limit in your web framework and in the proxy before it.',
  },
  notice: {
    ...taken,
    name: 'notice',
    sends: 'a notice that three events have expired, and the event after them',
    batches: async (stream) => {
      const events = await stream.next(4);
      return [[stream.notice(events.slice(0, 3)), ...events.slice(3)]];
    },
    should: '200 {"accepted":2}',
    why: 'After one expired event your stream would stand still for ever, waiting for what never comes.',
    change:
      'An event whose datacontenttype is application/json is a notice: move your cursor to its sequence and its chain.',
  },
  replay: {
    ...taken,
    name: 'replay',
    sends: 'an event that you took, with replay: 1; then the next one',
    batches: async (stream) => [
      stream.taken.slice(1, 2).map((event) => ({ ...event, replay: 1 })),
      await stream.next(1),
    ],
    should: '200 {"accepted":1}, twice',
    why: 'A replay that moves the cursor, or is refused, stops your stream at the next event.',
    change: 'Handle an event with replay in spite of its sequence, and leave the cursor alone.',
  },
  unheard: {
    ...taken,
    name: 'unknown kind',
    sends: 'the next event, of a type that you do not know',
    batches: async (stream) => [await stream.next(1, 'unheard')],
    should: '200 {"accepted":1}',
    why: 'Kinds are added. Refused, the first event of a new one stops your stream, or is parked.',
    change: 'Pass over a type that you do not know: move the cursor, answer that it is taken.',
  },
} as const satisfies Record<string, Check>;
