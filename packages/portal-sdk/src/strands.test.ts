import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Cursor } from './chain.ts';
import type { CursorStore } from './portal.ts';
import { strandOf } from './strands.ts';
import { brief, createReceiver } from './testing/receiver.ts';
import { createSender } from './testing/sender.ts';
import { createStrands } from './testing/strands.ts';

/** Conversations of which the first is in the strand 0 of two, the second in the strand 1. */
const [even = '', odd = ''] = [0, 1].map((strand) =>
  ['a', 'b', 'c', 'd', 'e'].find((id) => strandOf(id, 2) === strand),
);

function twoStrands() {
  const strands = createStrands(createSender());
  strands.write(even);
  strands.write(odd);
  return strands;
}

test('the strand of a conversation is the first four bytes of its SHA-256, modulo their number', () => {
  // SHA-256('') begins with e3b0c442, SHA-256('abc') with ba7816bf.
  assert.deepEqual(
    [strandOf(undefined, 16), strandOf('abc', 16), strandOf('abc', 3)],
    [0xe3b0c442 % 16, 0xba7816bf % 16, 0xba7816bf % 3],
  );
});

test('strands are taken in any order between them; what is missing inside one is found, and repeats are dropped', async () => {
  const strands = twoStrands();
  const { send, taken, gaps } = createReceiver();
  await send(strands.batch(0, 0, 2));
  strands.change(2);
  for (const subject of [even, odd, even, even, odd]) strands.write(subject);
  assert.deepEqual(brief(await send(strands.batch(1, 0, 2))), [200, { accepted: 2 }]);
  assert.deepEqual(brief(await send(strands.batch(0, 1, 2)))[0], 503, 'its first is missing');
  assert.equal(gaps[0]?.kind, 'missing');
  assert.deepEqual(brief(await send(strands.batch(0, 0, 1))), [200, { accepted: 1 }]);
  assert.deepEqual(brief(await send(strands.batch(0, 0, 3))), [200, { accepted: 3 }]);
  assert.deepEqual(taken(), ['event-1', 'event-2', 'event-4', 'event-7', 'event-3', 'event-5', 'event-6']);
});

test('what comes after strands is taken only once all of each has come, and the chain goes on', async () => {
  const strands = twoStrands();
  const { send, taken, portal, problems } = createReceiver();
  await send(strands.batch(0, 0, 2));
  strands.change(2);
  for (const subject of [even, odd, even]) strands.write(subject);
  const [first, second] = [strands.batch(0, 0, 9), strands.batch(1, 0, 9)];
  strands.change(1);
  strands.write(odd);
  strands.write(even);
  const after = strands.batch(0, 0, 9);
  await send(first);
  assert.equal(brief(await send(after))[0], 503, 'the other strand is missing');
  await send(second);
  assert.equal(brief(await send([{ ...after[0], id: 'another' }]))[0], 503, 'the chain is known again');
  assert.deepEqual(brief(await send(after)), [200, { accepted: 2 }]);
  assert.equal(taken().length, 7);
  assert.equal((await portal.cursor()).sequence, '00000000000000000007');
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['gap', 'gap'],
  );
});

test('a notice of a strand speaks of its own events alone', async () => {
  const strands = twoStrands();
  const { send, notices } = createReceiver();
  await send(strands.batch(0, 0, 2));
  strands.change(2);
  for (const subject of [even, odd, even, odd]) strands.write(subject);
  const [, last] = strands.batch(0, 0, 2);
  const data = { from: '00000000000000000003', to: '00000000000000000005', count: 2, reason: 'older than 24 hours' };
  const notice = { ...last, type: 'trunkline.events.expired.v1', datacontenttype: 'application/json', data };
  const previous = strands.batch(0, 0, 1)[0]?.previous;
  assert.deepEqual(brief(await send([{ ...notice, previous }])), [200, { accepted: 1 }]);
  assert.deepEqual(notices[0]?.notice, { kind: 'expired', ...data });
  assert.deepEqual(brief(await send(strands.batch(1, 0, 2))), [200, { accepted: 2 }]);
});

test('two strands are taken at the same time, and one of them not twice', async () => {
  const strands = createStrands(createSender());
  const open: (() => void)[] = [];
  let most = 0;
  const onEvent = async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    open.push(resolve);
    most = Math.max(most, open.length);
    await promise;
  };
  const { send } = createReceiver({ onEvent });
  strands.change(2);
  strands.write(even);
  strands.write(odd);
  const both = [send(strands.batch(0, 0, 1)), send(strands.batch(1, 0, 1))];
  assert.equal(brief(await send(strands.batch(0, 0, 1)))[0], 503);
  for (let turns = 0; open.length < 2 && turns < 1_000; turns += 1) await new Promise(setImmediate);
  for (const answer of open) answer();
  assert.deepEqual((await Promise.all(both)).map(brief), [
    [200, { accepted: 1 }],
    [200, { accepted: 1 }],
  ]);
  assert.equal(most, 2);
});

/** Of two strands one request is late; its sender died, and another one has three strands by now: what comes in it comes in those too. */
async function aLateRequest(options: Parameters<typeof createReceiver>[0]) {
  const strands = createStrands(createSender());
  const receiver = createReceiver(options);
  strands.change(2);
  for (const subject of [even, odd, even, even]) strands.write(subject);
  const late = strands.batch(0, 1, 2);
  for (const [strand, size] of [
    [0, 1],
    [1, 1],
  ] as const)
    await receiver.send(strands.batch(strand, 0, size));
  strands.change(3, 2);
  const index = strandOf(even, 3);
  strands.write(even);
  return { ...receiver, late, next: strands.batch(index, 0, 9) };
}

test('a late request of a former number of strands and one of the new number are not taken at the same time', async () => {
  const open: (() => void)[] = [];
  const taken: string[] = [];
  let waits = false;
  const onEvent = async ({ id }: { readonly id: string }) => {
    taken.push(id);
    if (waits) await new Promise<void>((resolve) => open.push(resolve));
  };
  const { send, late, next } = await aLateRequest({ onEvent });
  waits = true;
  const first = send(late);
  for (let turns = 0; open.length === 0 && turns < 1_000; turns += 1) await new Promise(setImmediate);
  assert.deepEqual(brief(await send(next)), [503, { error: 'busy' }]);
  waits = false;
  open[0]?.();
  assert.deepEqual(brief(await first), [200, { accepted: 2 }]);
  assert.deepEqual(brief(await send(next)), [200, { accepted: 3 }]);
  assert.deepEqual(taken, ['event-1', 'event-2', 'event-3', 'event-4', 'event-5']);
});

test('a replay is taken beside a strand', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let replays = 0;
  const { send, late, next } = await aLateRequest({
    onReplay: async () => {
      replays += 1;
      await promise;
    },
  });
  const { strand: _strand, previous: _previous, ...plain } = late[0] ?? assert.fail();
  const replayed = send([{ ...plain, replay: 1 }]);
  for (let turns = 0; replays === 0 && turns < 1_000; turns += 1) await new Promise(setImmediate);
  assert.deepEqual(brief(await send(next)), [200, { accepted: 3 }]);
  resolve();
  assert.deepEqual(brief(await replayed), [200, { accepted: 1 }]);
});

test('a request of a former number of strands that comes after the new ones is a repeat', async () => {
  const { send, late, next, taken } = await aLateRequest({});
  assert.deepEqual(brief(await send(next)), [200, { accepted: 3 }]);
  assert.deepEqual(brief(await send(late)), [200, { accepted: 2 }]);
  assert.equal(taken().length, 5);
});

test('a strand without its place, or with an impossible one, is malformed', async () => {
  const strands = twoStrands();
  strands.change(2);
  strands.write(even);
  const [event] = strands.batch(0, 0, 1);
  const { send } = createReceiver();
  for (const spoiled of [{ previous: undefined }, { strand: '2/2' }, { strand: '0/17' }, { previous: '1' }])
    assert.equal(brief(await send([{ ...event, ...spoiled }]))[0], 400, JSON.stringify(spoiled));
});

/** A store as a table has it: a row for each strand, each written only as it was read. */
function aTable(): CursorStore & { readonly rows: Map<string, Cursor> } {
  const rows = new Map<string, Cursor>();
  return {
    rows,
    load: async () => [...rows.values()],
    save: async (cursor, previous) => {
      const key = cursor.strand ?? '';
      assert.equal(rows.get(key)?.sequence ?? '0'.repeat(20), previous.sequence);
      rows.set(key, cursor);
    },
  };
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('write' as const), of: fc.nat(6) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      strand: fc.nat(15),
      size: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('again' as const), at: fc.nat(1_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('change' as const), to: fc.integer({ min: 1, max: 5 }) }) },
);

test('whatever comes again, late or in other strands, each event is taken once, and in the order of its conversation', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
      const strands = createStrands(createSender());
      const { send, events, gaps } = createReceiver({ cursor: aTable() });
      const sent: ReturnType<typeof strands.batch>[] = [];
      let done = new Map<number, number>();
      let written = 0;
      const push = async (strand: number, size: number) => {
        const from = done.get(strand) ?? 0;
        const batch = strands.batch(strand, from, size);
        if (batch.length === 0) return false;
        sent.push(batch);
        assert.deepEqual(brief(await send(batch)), [200, { accepted: batch.length }]);
        done.set(strand, from + batch.length);
        return true;
      };
      const flush = async () => {
        for (let strand = 0; strand < strands.count; strand += 1) while (await push(strand, 3));
      };
      for (const each of steps) {
        if (each.kind === 'write') {
          strands.write(each.of === 6 ? undefined : `conversation ${each.of}`);
          written += 1;
        }
        if (each.kind === 'send') await push(each.strand % strands.count, each.size);
        if (each.kind === 'again' && sent.length > 0) await send(sent[each.at % sent.length] ?? []);
        if (each.kind !== 'change') continue;
        await flush();
        strands.change(each.to);
        done = new Map();
      }
      await flush();
      assert.equal(events.length, written);
      assert.deepEqual(gaps, []);
      const last = new Map<string | undefined, string>();
      for (const { subject, sequence } of events) {
        assert.ok((last.get(subject) ?? '') < sequence, `${subject} got ${sequence} after ${last.get(subject)}`);
        last.set(subject, sequence);
      }
    }),
    { numRuns: 200 },
  );
});
