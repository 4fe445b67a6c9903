import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { HeldEvent } from '../state/documents.ts';
import { addToHold, isOverfull, nextRelease, releaseDue, type Waiting } from './hold.ts';

/** `t3` waits by time under key 3, `s` behind all others, `a:x` is a part of album x. */
function waiting(word: string): Waiting {
  const isByTime = word.startsWith('t');
  return {
    event: Buffer.from(word),
    orderKey: isByTime ? word.slice(1) : '',
    isByTime,
    albumId: word.startsWith('a:') ? word.slice(2, 3) : '',
    traceparent: '',
  };
}

function hold(arrivals: readonly (readonly [number, string])[]): HeldEvent[] {
  return arrivals.reduce<HeldEvent[]>(
    (entries, [nowMs, word]) => addToHold(entries, waiting(word), { nowMs, holdMs: 300, albumMs: 1200 }),
    [],
  );
}

const words = (entries: readonly HeldEvent[]) =>
  entries.map(({ events }) => events.map((event) => Buffer.from(event).toString()).join('+'));

const cases: readonly {
  name: string;
  arrivals: readonly (readonly [number, string])[];
  nowMs: number;
  released: readonly string[];
  next: number | undefined;
}[] = [
  { name: 'an event ordered by time waits', arrivals: [[0, 't1']], nowMs: 299, released: [], next: 300 },
  { name: 'and is released after its wait', arrivals: [[0, 't1']], nowMs: 300, released: ['t1'], next: undefined },
  {
    name: 'an earlier one that came later goes first, with the one that is due',
    arrivals: [
      [0, 't5'],
      [200, 't3'],
    ],
    nowMs: 300,
    released: ['t3', 't5'],
    next: undefined,
  },
  {
    name: 'a later one goes on waiting',
    arrivals: [
      [0, 't5'],
      [200, 't7'],
    ],
    nowMs: 300,
    released: ['t5'],
    next: 500,
  },
  {
    name: 'the parts of an album become one',
    arrivals: [
      [0, 'a:x1'],
      [500, 'a:x2'],
    ],
    nowMs: 1200,
    released: ['a:x1+a:x2'],
    next: undefined,
  },
  {
    name: 'nothing passes an album that is being gathered',
    arrivals: [
      [0, 'a:x1'],
      [10, 's'],
    ],
    nowMs: 1199,
    released: [],
    next: 1200,
  },
  {
    name: 'what came behind an album follows it at once',
    arrivals: [
      [0, 'a:x1'],
      [10, 's'],
      [20, 'a:x2'],
    ],
    nowMs: 1200,
    released: ['a:x1+a:x2', 's'],
    next: undefined,
  },
  {
    name: 'two albums are two messages',
    arrivals: [
      [0, 'a:x1'],
      [100, 'a:y1'],
    ],
    nowMs: 1200,
    released: ['a:x1'],
    next: 1300,
  },
  {
    name: 'what stands before an album does not wait for it',
    arrivals: [
      [0, 's'],
      [0, 'a:x1'],
    ],
    nowMs: 0,
    released: ['s'],
    next: 1200,
  },
];

for (const { name, arrivals, nowMs, released, next } of cases) {
  test(name, () => {
    const result = releaseDue(hold(arrivals), nowMs);
    assert.deepEqual(words(result.released), released);
    assert.equal(nextRelease(result.waiting), next);
  });
}

test('a hold that grows beyond all measure is overfull, by number and by size', () => {
  const many = hold(Array.from({ length: 201 }, () => [0, 's'] as const));
  assert.deepEqual([isOverfull(many), isOverfull(many.slice(1))], [true, false]);
  const [large] = hold([[0, 's']]);
  assert.ok(large && isOverfull([{ ...large, events: [Buffer.alloc(5 * 1024 * 1024)] }]));
});

test('whatever comes, nothing is lost, and asking again when due always releases something', () => {
  const word = fc.constantFrom('t1', 't2', 't3', 't4', 's', 'a:x', 'a:y');
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), word), { maxLength: 20 }), (steps) => {
      let atMs = 0;
      const arrivals = steps.map(([afterMs, name]) => {
        atMs += afterMs;
        return [atMs, name] as const;
      });
      let entries: readonly HeldEvent[] = hold(arrivals);
      const seen: string[] = [];
      for (let next = nextRelease(entries); next !== undefined; next = nextRelease(entries)) {
        const { released, waiting: left } = releaseDue(entries, Math.max(atMs, next));
        assert.ok(released.length > 0);
        seen.push(...words(released).flatMap((part) => part.split('+')));
        entries = left;
      }
      assert.deepEqual(seen.toSorted(), arrivals.map(([, name]) => name).toSorted());
    }),
  );
});
