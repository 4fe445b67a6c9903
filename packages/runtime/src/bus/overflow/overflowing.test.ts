import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headers, SealedBatch, type StreamTotals } from '@trunkline/contracts';
import type { KeyedEntry, KeyedHead } from '../ports.ts';
import { createOverflowing } from './overflowing.ts';
import { createPortalShare } from './portal-share.ts';
import { noTotals, totalsOf } from './totals.ts';

const of = { lane: 3, portalId: 'p', subject: 'outbox.3.p' };
const empty: KeyedHead = { revision: 0, position: undefined, last: undefined };

/** A share of so many bytes, and what the portals of the lane have. */
function aShare(limit: number | undefined) {
  const state = { nowMs: 0, reads: 0, isAway: false };
  const done = new Map<string, StreamTotals>();
  const troubles: unknown[] = [];
  const share = createPortalShare({
    bytes: () => limit,
    readDone: async () => {
      state.reads += 1;
      if (state.isAway) throw new Error('away');
      return new Map(done);
    },
    now: () => state.nowMs,
    onTrouble: (error) => troubles.push(error),
  });
  return {
    share,
    done,
    troubles,
    state,
    now: () => state.nowMs,
    isOver: (bytes: number, portalId = 'p') => share.isOver(3, portalId, { ...noTotals, bytes }),
  };
}

test('what a portal holds is what it was not delivered yet: a busy one that takes everything never overflows', async () => {
  const { isOver, done, state } = aShare(1_000);
  assert.equal(await isOver(1_000), false);
  assert.equal(state.reads, 0, 'nothing is asked below the share');
  assert.equal(await isOver(1_001), true);
  done.set('p', { ...noTotals, bytes: 5_000 });
  assert.equal(await isOver(5_500), true, 'what was read a moment ago is believed');
  state.nowMs += 2_000;
  assert.equal(await isOver(5_500), false);
  assert.equal(await isOver(6_000), false);
  assert.equal(state.reads, 2);
  assert.equal(await isOver(6_001, 'other'), true, 'each portal counts for itself');
});

test('one that does not know the share, or what portals have, lets everything into the stream as far as it knows', async () => {
  assert.equal(await aShare(undefined).isOver(1_000_000_000), false);
  const { isOver, done, state, troubles } = aShare(1_000);
  done.set('p', { ...noTotals, bytes: 5_000 });
  assert.equal(await isOver(5_500), false);
  state.isAway = true;
  state.nowMs += 10_000;
  assert.equal(await isOver(7_000), true);
  assert.equal(troubles.length, 1);
});

test('many that are over at once ask once', async () => {
  const { isOver, state } = aShare(1_000);
  assert.deepEqual(await Promise.all([isOver(2_000), isOver(2_000, 'q'), isOver(2_000, 'r')]), [true, true, true]);
  assert.equal(state.reads, 1);
});

function entries(count: number): KeyedEntry[] {
  return Array.from({ length: count }, (_, index) => {
    const events = [{ sequence: index + 1, cloudEvent: Buffer.alloc(1_000) }];
    const data = SealedBatch.encode(SealedBatch.fromPartial({ portalId: 'p', events })).finish();
    return { data, position: { sequence: index + 1, index: 0, output: 0 }, headers: { own: 'kept' } };
  });
}

/** A store that keeps its sizes. */
function aWorld(limit: number) {
  const world = aShare(limit);
  const stored: number[] = [];
  const isFull = { is: false };
  const refused: unknown[] = [];
  const overflowing = createOverflowing({
    ...{ share: world.share, now: world.now, onOverflowed: () => {}, onRefused: (error) => refused.push(error) },
    store: {
      put: async (_subject, data) => {
        if (isFull.is) throw new Error('full');
        stored.push(data.length);
        return { data: Buffer.from('reference'), headers: { [headers.overflow]: String(data.length) } };
      },
    },
  });
  return { ...world, overflowing, stored, refused, isFull };
}

const asMessage = (entry: KeyedEntry | undefined) => ({ header: (name: string) => entry?.headers?.[name] });

test('the newest messages overflow in their places, and every message says what its stream weighs', async () => {
  const { overflowing, stored } = aWorld(3_000);
  const placed = await overflowing.place(of, empty, entries(5));
  const overflowed = placed.map((entry) => asMessage(entry).header(headers.overflow) !== undefined);
  assert.deepEqual(overflowed, [false, false, true, true, true]);
  assert.deepEqual(
    placed.map(({ position }) => position.sequence),
    [1, 2, 3, 4, 5],
  );
  assert.equal(stored.length, 3);
  assert.equal(placed[4]?.headers?.own, 'kept');
  const { bytes, overflowedBytes, overflowedMessages } = totalsOf(asMessage(placed[4]));
  assert.deepEqual([overflowedBytes, overflowedMessages], [stored.reduce((sum, each) => sum + each, 0), 3]);
  assert.ok(bytes > 2 * 1_000 && bytes < 3_600, `${bytes}`);

  const head = { revision: 9, position: undefined, last: { ...asMessage(placed[4]), sequence: 9 } } as never;
  const [next] = await overflowing.place(of, head, entries(1));
  assert.equal(totalsOf(asMessage(next)).overflowedMessages, 4, 'the totals run on from the head');
});

test('behind a message that does not tell, what a portal holds is counted anew: not from what it had before', async () => {
  const { overflowing, done, state } = aWorld(3_000);
  done.set('p', { ...noTotals, bytes: 4_000 });
  const silent = { sequence: 9, header: (name: string) => (name === headers.sequence ? '12' : undefined) };
  const head = { revision: 9, position: undefined, last: silent } as never;
  const placed = await overflowing.place(of, head, entries(5));
  assert.deepEqual(
    placed.map((entry) => asMessage(entry).header(headers.overflow) !== undefined),
    [false, false, true, true, true],
  );
  assert.equal(totalsOf(asMessage(placed[4])).fromSequence, 13);
  assert.equal(state.reads, 1);
});

test('what the store does not take stays in the stream, and the store is left alone for a while', async () => {
  const { overflowing, refused, isFull, state, stored } = aWorld(100);
  isFull.is = true;
  const placed = await overflowing.place(of, empty, entries(4));
  assert.ok(placed.every((entry) => asMessage(entry).header(headers.overflow) === undefined));
  assert.equal(totalsOf(asMessage(placed[3])).overflowedMessages, 0);
  assert.equal(refused.length, 1, 'asked once for four');
  isFull.is = false;
  state.nowMs += 29_999;
  await overflowing.place(of, empty, entries(1));
  assert.equal(stored.length, 0);
  state.nowMs += 1;
  await overflowing.place(of, empty, entries(1));
  assert.equal(stored.length, 1);
});
