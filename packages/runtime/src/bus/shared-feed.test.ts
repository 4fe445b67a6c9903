import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LaneAlarm } from './alarm.ts';
import { createMemoryLog, createMemoryStreams } from './models/memory-log.ts';
import { createTurns } from './models/turns.ts';
import type { FeedOptions, LogPort, StoredMessage } from './ports.ts';
import { shareFeeds } from './shared-feed.ts';

const stream = 'FACTS';

/** A log in memory whose readers share their feeds; it tells how many feeds are open. */
function aWorld(choices: ArrayLike<number> = []) {
  const turns = createTurns(choices);
  const shared = createMemoryStreams({ [stream]: ['a', 'b'] }, () => 0);
  const log = createMemoryLog(shared, turns, { name: 'one', alive: true });
  const open: FeedOptions[] = [];
  const failing: { error?: unknown } = {};
  const counted: LogPort = {
    ...log,
    feed: async function* (options) {
      open.push(options);
      try {
        for await (const message of log.feed(options)) {
          if (failing.error !== undefined) throw failing.error;
          yield message;
        }
      } finally {
        open.splice(open.indexOf(options), 1);
      }
    },
  };
  return {
    ...{ turns, open, failing },
    log: shareFeeds(counted),
    say: (count: number, size = 1) => {
      for (let said = 0; said < count; said += 1) shared.append('a.x', Buffer.alloc(size));
    },
    length: () => shared.of(stream).length,
  };
}

/** Somebody who reads, and stops before each message that it may not take yet. */
function aReader(log: LogPort, afterSequence = 0) {
  const end = new AbortController();
  const found: StoredMessage[] = [];
  let may = Number.POSITIVE_INFINITY;
  let wake = () => {};
  const reading = (async () => {
    for await (const message of log.feed({ stream, subjects: ['a.>'], afterSequence, signal: end.signal })) {
      while (found.length >= may && !end.signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
      if (!end.signal.aborted) found.push(message);
    }
    return 'ended';
  })();
  reading.catch(() => {});
  return {
    ...{ found, reading },
    sequences: () => found.map(({ sequence }) => sequence),
    let: (count: number) => {
      may = count;
      wake();
    },
    end: () => {
      end.abort();
      wake();
    },
  };
}

const range = (from: number, to: number) => Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);

test('readers of the same subjects share one feed and get the same messages', async () => {
  const { log, say, turns, open } = aWorld();
  const readers = [aReader(log), aReader(log), aReader(log)];
  say(20);
  await turns.rest();
  for (const reader of readers) assert.deepEqual(reader.sequences(), range(1, 20));
  assert.equal(open.length, 1);
  assert.equal(readers[0]?.found[7], readers[2]?.found[7], 'not even a copy is made');
  for (const reader of readers) reader.end();
  await turns.rest();
  assert.deepEqual([open.length, await readers[1]?.reading], [0, 'ended']);
});

test('a reader that begins before the others reads alone until it is where they are', async () => {
  const { log, say, turns, open } = aWorld();
  say(50);
  const quick = aReader(log, 40);
  await turns.rest();
  const late = aReader(log, 10);
  await turns.rest();
  assert.deepEqual([quick.sequences(), late.sequences()], [range(41, 50), range(11, 50)]);
  assert.equal(open.length, 1);
});

test('a reader that stands still costs the others nothing, and misses nothing when it goes on', async () => {
  const { log, say, turns, open } = aWorld();
  const [quick, still] = [aReader(log), aReader(log)];
  still.let(3);
  say(2_000);
  await turns.rest();
  assert.deepEqual([quick.found.length, still.found.length], [2_000, 3]);
  say(10);
  still.let(Number.POSITIVE_INFINITY);
  await turns.rest();
  for (const reader of [quick, still]) assert.deepEqual(reader.sequences(), range(1, 2_010));
  assert.equal(open.length, 1, 'they are together again');
});

test('what waits for a reader that stands still is bounded in bytes: the rest it reads for itself', async () => {
  const { log, say, turns, open } = aWorld();
  const [quick, still] = [aReader(log), aReader(log)];
  still.let(1);
  say(40, 100 * 1024);
  await turns.rest();
  assert.deepEqual([quick.found.length, open.length], [40, 1]);
  still.let(15);
  await turns.rest();
  assert.deepEqual([still.found.length, open.length], [15, 2]);
  still.let(Number.POSITIVE_INFINITY);
  await turns.rest();
  assert.deepEqual([still.sequences(), open.length], [range(1, 40), 1]);
});

test('when the quickest leaves, the one that it left behind goes on', async () => {
  const { log, say, turns } = aWorld();
  const [quick, still] = [aReader(log), aReader(log)];
  still.let(1);
  say(3);
  await turns.rest();
  // So much that nothing more has room.
  say(1, 2 * 1024 * 1024);
  await turns.rest();
  quick.end();
  await turns.rest();
  say(3);
  await turns.rest();
  still.let(Number.POSITIVE_INFINITY);
  await turns.rest();
  say(3);
  await turns.rest();
  assert.deepEqual(still.sequences(), range(1, 10));
});

/** A log whose feeds bring a message when they are told to, whatever the stream holds. */
function aLogByHand() {
  const feeds: { after: number; give: (sequence: number) => void }[] = [];
  const feed: LogPort['feed'] = async function* ({ afterSequence, signal }) {
    const waiting: number[] = [];
    let wake = () => {};
    signal.addEventListener('abort', () => wake());
    const give = (sequence: number) => {
      waiting.push(sequence);
      wake();
    };
    feeds.push({ after: afterSequence, give });
    while (!signal.aborted) {
      const sequence = waiting.shift();
      if (sequence === undefined) await new Promise<void>((resolve) => (wake = resolve));
      else yield { sequence, subject: 'a.x', data: Buffer.alloc(1), storedAtMs: 0, header: () => undefined };
    }
  };
  const unused = () => assert.fail('only feeds are read here');
  const others = { publish: unused, lastOf: unused, nextOf: unused, batchOf: unused, lastSequence: unused };
  return { feeds, log: shareFeeds({ ...others, feed }) };
}

test('a reader that overtook the shared feed while it read alone does not see the same again', async () => {
  const { feeds, log } = aLogByHand();
  const soon = () => new Promise((resolve) => setImmediate(resolve));
  const first = aReader(log, 5);
  await soon();
  const late = aReader(log, 3);
  await soon();
  for (const sequence of [4, 5]) feeds[1]?.give(sequence);
  await soon();
  const ahead = aReader(log, 6);
  await soon();
  assert.deepEqual(
    feeds.map(({ after }) => after),
    [5, 3, 6],
  );
  feeds[2]?.give(7);
  await soon();
  for (const sequence of [6, 7, 8]) feeds[0]?.give(sequence);
  await soon();
  assert.deepEqual(
    [first, late, ahead].map((reader) => reader.sequences()),
    [
      [6, 7, 8],
      [4, 5, 6, 7, 8],
      [7, 8],
    ],
  );
  for (const reader of [first, late, ahead]) reader.end();
});

test('where all stand still the feed waits, too', async () => {
  const { log, say, turns } = aWorld();
  const readers = [aReader(log), aReader(log)];
  for (const reader of readers) reader.let(0);
  say(2_000);
  await turns.rest();
  for (const reader of readers) reader.let(Number.POSITIVE_INFINITY);
  await turns.rest();
  for (const reader of readers) assert.deepEqual(reader.sequences(), range(1, 2_000));
});

test('an alarm of the feed is heard by everybody, and by who comes later', async () => {
  const { log, say, turns, failing } = aWorld();
  const readers = [aReader(log), aReader(log)];
  await turns.rest();
  failing.error = new LaneAlarm('stream_lost', 'it ends before our position');
  say(1);
  await turns.rest();
  for (const { reading } of readers) await assert.rejects(reading, { alarm: 'stream_lost' });
  const later = aReader(log);
  await turns.rest();
  await assert.rejects(later.reading, { alarm: 'stream_lost' });
  failing.error = undefined;
  const again = aReader(log);
  await turns.rest();
  assert.deepEqual(again.sequences(), [1]);
});

test('a position that nobody has read up to is checked by a feed of its own', async () => {
  const { log, say, turns, open } = aWorld();
  say(5);
  aReader(log, 5);
  await turns.rest();
  aReader(log, 9);
  await turns.rest();
  assert.deepEqual(
    open.map(({ afterSequence }) => afterSequence),
    [5, 9],
  );
});

/** What may happen to three readers in a case. */
const happening = fc.oneof(
  fc.record({ say: fc.integer({ min: 1, max: 3 }), size: fc.constantFrom(1, 400 * 1024) }),
  fc.record({ reader: fc.integer({ min: 0, max: 2 }), may: fc.integer({ min: 0, max: 8 }) }),
  fc.record({ restart: fc.integer({ min: 0, max: 2 }) }),
);

test('in every order of speaking, reading, stopping and beginning anew each reader sees everything once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(happening, { minLength: 20, maxLength: 60, size: 'max' }),
      fc.uint8Array({ minLength: 100, maxLength: 600, size: 'max' }),
      async (happenings, choices) => {
        const { log, say, turns, length } = aWorld(choices);
        const begun = [0, 0, 0];
        const readers = begun.map(() => aReader(log));
        const check = () => {
          for (const [index, reader] of readers.entries()) {
            const from = (begun[index] ?? 0) + 1;
            assert.deepEqual(reader.sequences(), range(from, from + reader.found.length - 1));
          }
        };
        const next = happenings.values();
        await turns.chaos(() => {
          const { value } = next.next();
          if (value === undefined) return;
          if ('say' in value) say(value.say, value.size);
          else if ('may' in value) readers[value.reader]?.let((readers[value.reader]?.found.length ?? 0) + value.may);
          else {
            const former = readers[value.restart];
            former?.end();
            begun[value.restart] = former?.found.at(-1)?.sequence ?? begun[value.restart] ?? 0;
            readers[value.restart] = aReader(log, begun[value.restart]);
          }
          check();
        });
        for (const reader of readers) reader.let(Number.POSITIVE_INFINITY);
        await turns.rest();
        check();
        for (const [index, { found }] of readers.entries()) assert.equal((begun[index] ?? 0) + found.length, length());
        for (const reader of readers) reader.end();
        await turns.rest();
      },
    ),
    { numRuns: 200, endOnFailure: process.env.MODEL_QUICK !== undefined },
  );
});
