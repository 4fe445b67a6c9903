import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { LostOwnership } from '@trunkline/runtime';
import { createVirtualTime } from './model/virtual-time.ts';
import { createRecorder } from './recorder.ts';

const attempt = { itemId: '', at: undefined, outcome: '', durationMs: 0 } as never;

/** A recorder that runs, with what it wrote: the names of the queues of each record, and how many tries stood in it. */
function aRecorder() {
  const { scheduler, advance } = createVirtualTime();
  const startedAt = scheduler.now();
  const written: { readonly queues: readonly string[]; readonly attempts: number; readonly atMs: number }[] = [];
  const log = {
    append: async ({ cursors, attempts }: { cursors: readonly { queue: string }[]; attempts: readonly unknown[] }) => {
      const queues = cursors.map(({ queue }) => queue);
      written.push({ queues, attempts: attempts.length, atMs: scheduler.now() - startedAt });
    },
  };
  const source = { lane: 0, cursorOf: (queue: string) => ({ queue }), queues: () => [], lowSequence: () => 0 };
  const recorder = createRecorder(log as never, source as never, scheduler);
  const end = new AbortController();
  const running = recorder.run(end.signal);
  return { recorder, written, advance, end, running };
}

test('a recorder that has nothing to write sets no timer', async () => {
  const { recorder, written, advance, end, running } = aRecorder();
  await turn();
  assert.equal(advance(), false);
  recorder.change('one');
  await turn();
  assert.equal(advance(), true);
  await turn();
  assert.deepEqual([written.length, advance()], [1, false]);
  end.abort();
  await running;
});

test('what changes within a quarter of a second goes as one record, and none waits longer', async () => {
  const { recorder, written, advance, end, running } = aRecorder();
  recorder.change('one');
  await turn();
  recorder.change('two');
  recorder.note(attempt);
  await turn();
  assert.deepEqual(written, []);
  advance();
  await turn();
  assert.deepEqual(written, [{ queues: ['one', 'two'], attempts: 1, atMs: 250 }]);
  recorder.note(attempt);
  await turn();
  advance();
  await turn();
  assert.deepEqual(written[1], { queues: [], attempts: 1, atMs: 500 });
  end.abort();
  await running;
});

test('whoever asks for a record has it at once, while it rests and while it waits for more', async () => {
  const { recorder, written, end, running } = aRecorder();
  await turn();
  await recorder.flush();
  recorder.change('one');
  await turn();
  await recorder.flush();
  assert.deepEqual(
    written.map(({ queues, atMs }) => [queues, atMs]),
    [
      [[], 0],
      [['one'], 0],
    ],
  );
  end.abort();
  await running;
});

test('what is still to be written when it ends is written; afterwards nobody is answered', async () => {
  const { recorder, written, end, running } = aRecorder();
  recorder.change('one');
  await turn();
  end.abort();
  await running;
  assert.deepEqual(written, [{ queues: ['one'], attempts: 0, atMs: 0 }]);
  await assert.rejects(recorder.flush(), LostOwnership);
});
