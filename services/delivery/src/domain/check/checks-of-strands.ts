import type { Check } from './check.ts';
import type { WireEvent } from './wire-event.ts';
import { damaged, underAnotherKey } from './wire-event.ts';

const taken = { expected: 'taken' } as const;
const stopped = { expected: 'not_taken', should: '503, nothing taken' } as const;
const unread = {
  expected: 'unknown_key',
  should: '422 {"error":"unknown_key","kid":"…"}: it is new to you, and you have no key for it',
} as const;
const ownCursor = 'Keep a cursor for each strand; sequence says nothing across strands.';

const only = (event: WireEvent | undefined) => (event === undefined ? [] : [event]);

/**
 * What a receiver of a parallel portal must do beside everything else: two strands that overtake each other, then three, then none.
 * `strands` of a stream tells which event is which.
 */
export const checksOfStrands: readonly Check[] = [
  {
    ...taken,
    name: 'strands begin',
    sends: 'the first event of strand 1/2; the one before it by sequence is of strand 0/2 and still to come',
    batches: async (stream) => [only((await stream.strands()).b1)],
    should: '200 {"accepted":1}',
    why: 'Of several requests at once the later one may come first: your stream would stand still until the other is there.',
    change:
      'An event with strand follows when previous is at or below the cursor of that strand, or of the stream before strands.',
  },
  {
    ...unread,
    name: 'strand behind',
    sends:
      'the first event of strand 0/2, whose sequence is below that of strand 1/2, sealed under a key that you were not given',
    batches: async (stream) => [only((await stream.strands()).a1).map(underAnotherKey)],
    why: 'You drop as a repeat what has not come yet: another strand was only faster. Those messages are lost to you.',
    change: ownCursor,
  },
  {
    ...taken,
    name: 'strand',
    sends: 'the first two events of strand 0/2',
    batches: async (stream) => {
      const { a1, a2 } = await stream.strands();
      return [[...only(a1), ...only(a2)]];
    },
    should: '200 {"accepted":2}',
    why: 'What is refused here is tried again until it expires, and its conversations wait for so long.',
    change: ownCursor,
  },
  {
    ...stopped,
    name: 'gap in a strand',
    sends: 'an event of strand 0/2 whose previous never came',
    batches: async (stream) => [only((await stream.strands()).a4)],
    why: 'An event is missing, and by this answer you would never see it: messages lost or in the wrong order.',
    change:
      'Answer 503 to an event whose previous is above the cursor of its strand, and leave the cursor where it is.',
  },
  {
    ...stopped,
    name: 'swapped in a strand',
    sends: 'two events of strand 0/2 in one batch, the second one first',
    batches: async (stream) => {
      const { a3, a4 } = await stream.strands();
      return [[...only(a4), ...only(a3)]];
    },
    why: 'Messages of one conversation would stand in the wrong order.',
    change: 'Take the events of a batch one by one, and stop at the first that does not follow.',
  },
  {
    ...taken,
    name: 'two strands at once',
    sends: 'two events of each strand, in two requests at the same time',
    batches: async (stream) => {
      const { a3, a4, b2, b3 } = await stream.strands();
      return [
        [...only(a3), ...only(a4)],
        [...only(b2), ...only(b3)],
      ];
    },
    isAtOnce: true,
    should: '200 {"accepted":2}, twice',
    why: 'A parallel portal is asked in several requests at once: what you refuse meanwhile is tried again a second later, and you are no faster than before.',
    change: 'Lock by strand, not for the whole portal; a cursor is read and stored for its strand alone.',
  },
  {
    ...taken,
    name: 'repeat in a strand',
    sends: 'an event of strand 0/2 that you took, with contents that cannot be opened',
    batches: async (stream) => [only((await stream.strands()).a3).map(damaged)],
    should: '200 {"accepted":1}: dropped by its sequence, unread',
    why: 'After a lost answer the same events come again: read once more, a message could be shown twice.',
    change: 'Drop an event whose sequence is at or below the cursor of its strand, and count it as taken.',
  },
  {
    ...taken,
    name: 'notice of a strand',
    sends: 'a notice that two events of strand 0/2 have expired, and the event after them',
    batches: async (stream) => {
      const { notice, a7 } = await stream.strands();
      return [[...only(notice), ...only(a7)]];
    },
    should: '200 {"accepted":2}',
    why: 'After one expired event the strand would stand still for ever, waiting for what never comes.',
    change: 'A notice moves the cursor of its strand to its sequence, if its previous follows.',
  },
  {
    ...unread,
    name: 'inside its range',
    sends: 'an event of strand 1/2 between the ends of that notice, sealed under a key that you were not given',
    batches: async (stream) => [only((await stream.strands()).b4).map(underAnotherKey)],
    why: 'You drop an event that the notice did not speak of: it was about strand 0/2 alone.',
    change:
      'Of a notice with strand move the cursor of that strand alone: count says how many of the range are its own.',
  },
  {
    ...stopped,
    name: 'another number, too early',
    sends: 'the first event of three strands, after events of the former two of which one has not come',
    batches: async (stream) => [only((await stream.strands()).c1)],
    why: 'When the number of strands is changed, a conversation goes on in another strand: its order would break.',
    change:
      'A previous of several numbers names the last of each former strand, in the order of their indexes: each must be taken, or answer 503.',
  },
  {
    ...taken,
    name: 'another number',
    sends: 'what was missing; then the first event of three strands once more',
    batches: async (stream) => {
      const { b4, c1 } = await stream.strands();
      return [only(b4), only(c1)];
    },
    should: '200 {"accepted":1}, twice',
    why: 'After somebody changed the number of requests your stream would stand still.',
    change:
      'Keep the cursors of former strands for ever, and compare each number of previous with the strand at its place.',
  },
  {
    ...taken,
    name: 'no strands any more',
    sends: 'an event without strand whose previous names the last of each former strand, and the one after it',
    batches: async (stream) => {
      const { d1, d2 } = await stream.strands();
      return [only(d1), only(d2)];
    },
    should: '200 {"accepted":1}, twice',
    why: 'When your portal becomes sequential again your stream would stand still.',
    change:
      'An event without strand that has previous follows when each of its numbers is taken; those after it count by sequence again.',
  },
];
