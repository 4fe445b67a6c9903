import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headers, type StreamTotals } from '@trunkline/contracts';
import { heldOf, laterTotals, noTotals, totalsBehind, totalsHeader, totalsOf, withMessage } from './totals.ts';

type Sealer = (last: Message | undefined, sequence: number) => Message;
interface Message {
  readonly header: (name: string) => string | undefined;
}

const data = new Uint8Array(744);
const messageBytes = 1_000;

function message(sequence: number, own: Record<string, string>): Message {
  return { header: (name) => ({ [headers.sequence]: String(sequence), ...own })[name] };
}

/** Of this version, of that which knew no beginning of a count, and of that which knew no totals. */
const present: Sealer = (last, sequence) => message(sequence, totalsHeader(withMessage(totalsBehind(last), data)));
const former: Sealer = (last, sequence) => {
  const [bytes = 0] = (last?.header(headers.totals) ?? '0.0.0').split('.').map(Number);
  return message(sequence, { [headers.totals]: `${bytes + messageBytes}.0.0` });
};
const first: Sealer = (_last, sequence) => message(sequence, {});

/** What a portal is told to hold after these sealers, one message each, were at work: one that took all but the last so many. */
function heldAfter(sealers: readonly Sealer[], waiting: number) {
  let last: Message | undefined;
  let [head, done]: [StreamTotals, StreamTotals] = [noTotals, noTotals];
  for (const [index, sealer] of sealers.entries()) {
    last = sealer(last, index + 1);
    head = laterTotals(head, totalsOf(last));
    if (index < sealers.length - waiting) done = laterTotals(done, totalsOf(last));
  }
  /** What the sealer thinks, who sees the head alone; and what delivery thinks. */
  return [heldOf(totalsBehind(last), done).bytes, heldOf(head, done).bytes];
}

const ofEach = (...parts: readonly (readonly [Sealer, number])[]) =>
  parts.flatMap(([sealer, count]) => Array.from({ length: count }, () => sealer));

test('what a portal holds is what waits, while its stream is counted from its beginning', () => {
  assert.deepEqual(heldAfter(ofEach([present, 20]), 0), [0, 0]);
  assert.deepEqual(heldAfter(ofEach([present, 20]), 3), [3_000, 3_000]);
});

test('after going back to a sealer that knew no totals, or no beginning, what is delivered is held for ever by nobody', () => {
  const mixed = [
    ofEach([first, 5], [present, 10]),
    ofEach([former, 5], [present, 10]),
    ofEach([present, 9], [first, 3], [present, 10]),
    ofEach([present, 9], [former, 3], [present, 10]),
    ofEach([present, 9], [first, 3], [present, 5], [former, 4], [present, 10]),
    ofEach([present, 9], [former, 3], [first, 3], [former, 5], [present, 10]),
  ];
  for (const [index, sealers] of mixed.entries()) {
    assert.deepEqual(heldAfter(sealers, 0), [0, 0], `${index}: all taken`);
    assert.deepEqual(heldAfter(sealers, 4), [4_000, 4_000], `${index}: four wait`);
  }
});
