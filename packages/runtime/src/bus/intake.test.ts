import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIntake, type Intake } from './intake.ts';
import { createMemoryLog, createMemoryStreams } from './models/memory-log.ts';
import { createTurns } from './models/turns.ts';
import type { InputItem } from './ports.ts';
import { start } from './position.ts';

const rules = { items: 5, bytes: 1_000, enough: 3, lingerMs: 10, idleMs: 50 };

/** An intake over a stream in memory; time passes only when nobody can do anything else. */
function anIntake(
  after = start,
  unpack = (data: Uint8Array): Uint8Array[] => [...data].map((byte) => Buffer.from([byte])),
) {
  const turns = createTurns([]);
  const actor = { name: 'one', alive: true };
  const clock = turns.clockOf(actor);
  const streams = createMemoryStreams({ IN: ['in'] }, () => 0);
  const end = new AbortController();
  const log = createMemoryLog(streams, turns, actor);
  const options = { log, clock, stream: 'IN', subjects: ['in'], rules, signal: end.signal, after };
  const intake = createIntake({ ...options, unpack: (message) => unpack(message.data) });
  return {
    ...{ intake, end, clock },
    tell: (text: string) => streams.append('in', Buffer.from(text)),
    /** Takes; says what came and after how many milliseconds. */
    take: async (untilMs = Number.POSITIVE_INFINITY) => {
      await turns.rest();
      const startedAtMs = clock.now();
      let taken: readonly InputItem[] | undefined;
      const taking = intake.take(untilMs).then((items) => (taken = items));
      await turns.rest();
      if (taken === undefined) return undefined;
      await taking;
      return { text: textOf(taken), afterMs: clock.now() - startedAtMs };
    },
  };
}

function textOf(items: readonly InputItem[]): string {
  return items.map(({ bytes }) => Buffer.from(bytes).toString()).join('');
}

function dropAll(intake: Intake, sequence: number): void {
  intake.drop({ sequence, index: 100, output: 0 });
}

test('what comes after a silence goes at once, what follows it waits a little for more', async () => {
  const { intake, tell, take } = anIntake();
  tell('a');
  assert.deepEqual(await take(), { text: 'a', afterMs: 0 });
  dropAll(intake, 1);
  tell('b');
  assert.deepEqual(await take(), { text: 'b', afterMs: 10 });
});

test('enough goes at once, and no more than a micro-batch holds', async () => {
  const { intake, tell, take } = anIntake();
  tell('a');
  await take();
  dropAll(intake, 1);
  tell('bcd');
  assert.deepEqual(await take(), { text: 'bcd', afterMs: 0 });
  tell('efgh');
  assert.deepEqual(await take(), { text: 'bcdef', afterMs: 0 }, 'what is not dropped is taken again');
  intake.drop({ sequence: 2, index: 1, output: 0 });
  assert.deepEqual(await take(), { text: 'defgh', afterMs: 0 });
});

test('reading begins inside a message, after the item that is behind', async () => {
  const { tell, take } = anIntake({ sequence: 2, index: 0, output: 0 });
  tell('ab');
  tell('cd');
  tell('e');
  assert.equal((await take())?.text, 'de');
});

test('nothing is taken when the time is past, and when the lane ends', async () => {
  const { take, clock, end } = anIntake();
  assert.deepEqual(await take(clock.now() + 30), { text: '', afterMs: 30 });
  assert.equal(await take(), undefined, 'it waits');
  end.abort();
  assert.equal((await take())?.text, '');
});

test('a message that cannot be unpacked is one item', async () => {
  const { tell, take } = anIntake(start, () => {
    throw new Error('rubbish');
  });
  tell('rubbish');
  assert.equal((await take())?.text, 'rubbish');
});
