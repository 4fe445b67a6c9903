import { strandOf } from '@trunkline/contracts';
import type { CheckCursor } from './stream.ts';
import { sequenceText, usualConversation, type WireEvent } from './wire-event.ts';

/** What the checks of strands send: every event as it should be. */
export type StrandScene = Readonly<Record<Name, WireEvent>>;

type Name = 'a1' | 'a2' | 'a3' | 'a4' | 'a7' | 'b1' | 'b2' | 'b3' | 'b4' | 'c1' | 'd1' | 'd2' | 'notice';

/** Where an event stands; its conversation is one that belongs there. */
interface Placing {
  readonly strand?: readonly [index: number, count: number];
  /** Names of what comes before it; none: what came before all strands. */
  readonly previous?: readonly (Named | 'nothing')[];
}

type Named = Exclude<Name, 'notice'> | 'a5' | 'a6';

const [a, b] = [
  [0, 2],
  [1, 2],
] as const;

/** In the order of their sequences. Two strands, `a` and `b`; then three, of which `c` is one; then none. */
const order: readonly (readonly [name: Named, placing: Placing])[] = [
  ['a1', { strand: a }],
  ['b1', { strand: b }],
  ['a2', { strand: a, previous: ['a1'] }],
  ['b2', { strand: b, previous: ['b1'] }],
  ['a3', { strand: a, previous: ['a2'] }],
  ['b3', { strand: b, previous: ['b2'] }],
  ['a4', { strand: a, previous: ['a3'] }],
  ['a5', { strand: a, previous: ['a4'] }],
  ['b4', { strand: b, previous: ['b3'] }],
  ['a6', { strand: a, previous: ['a5'] }],
  ['a7', { strand: a, previous: ['a6'] }],
  ['c1', { strand: [1, 3], previous: ['a7', 'b4'] }],
  ['d1', { previous: ['nothing', 'c1', 'nothing'] }],
  ['d2', {}],
];

/** Writes the next event behind a cursor, of a conversation. */
export type WriteEvent = (after: CheckCursor, subject: string) => Promise<WireEvent>;

/** Writes the scene behind a cursor; `noticeOf` says of events that they will not come. */
export async function writeStrands(
  from: CheckCursor,
  write: WriteEvent,
  noticeOf: (events: readonly WireEvent[], count: number) => WireEvent,
): Promise<StrandScene> {
  const events = new Map<string, WireEvent>();
  let after = from;
  for (const [name, { strand, previous }] of order) {
    const event = await write(after, conversationOf(strand));
    const before = previous?.map((each) => events.get(each)?.sequence ?? sequenceText(0));
    const told = before ?? (strand === undefined ? undefined : [sequenceText(from.sequence)]);
    events.set(name, {
      ...event,
      ...(strand !== undefined && { strand: strand.join('/') }),
      ...(told !== undefined && { previous: told.join(' ') }),
    });
    after = { sequence: Number(event.sequence), chain: event.chain };
  }
  const of = (name: Named): WireEvent => events.get(name) ?? unwritten(name);
  const expired = [of('a5'), of('a6')];
  const place = { strand: a.join('/'), previous: of('a4').sequence };
  return {
    ...{ a1: of('a1'), a2: of('a2'), a3: of('a3'), a4: of('a4'), a7: of('a7') },
    ...{ b1: of('b1'), b2: of('b2'), b3: of('b3'), b4: of('b4'), c1: of('c1'), d1: of('d1'), d2: of('d2') },
    notice: { ...noticeOf(expired, expired.length), ...place },
  };
}

/** A conversation of that strand; without one that of all other checks. Pure. */
function conversationOf(strand: Placing['strand']): string {
  if (strand === undefined) return usualConversation;
  const [index, count] = strand;
  for (let number = 1; ; number += 1) {
    const conversation = `${usualConversation}-${number}`;
    if (strandOf(conversation, count) === index) return conversation;
  }
}

function unwritten(name: string): never {
  throw new Error(`the event ${name} was not written`);
}
