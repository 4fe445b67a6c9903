import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredMessage } from '@trunkline/runtime';
import fc from 'fast-check';
import { createBacklog } from './backlog.ts';

const message = (sequence: number): StoredMessage => ({
  sequence,
  subject: 's',
  data: new Uint8Array(),
  storedAtMs: 0,
  header: () => undefined,
});

test('however the feed, the reads and the work interleave, every message is taken once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 30 }), fc.nat(5), async (scheduler, count, room) => {
      const stream = Array.from({ length: count }, (_, index) => message(index * 3 + 1));
      const taken: number[] = [];
      let open = 0;
      const backlog = createBacklog({
        hasRoom: () => open <= room,
        take: ({ sequence }) => {
          taken.push(sequence);
          open += 1;
          void scheduler.schedule(Promise.resolve()).then(() => {
            open -= 1;
            backlog.refill();
          });
        },
        load: async (after) => {
          await scheduler.schedule(Promise.resolve());
          return stream.filter(({ sequence }) => sequence > after).slice(0, 2);
        },
        watch: (running) => void running,
      });
      scheduler.scheduleSequence(stream.map((one) => async () => backlog.arrive(one)));
      await scheduler.waitIdle();
      assert.deepEqual(
        taken.toSorted((a, b) => a - b),
        taken,
      );
      assert.equal(new Set(taken).size, count);
      assert.equal(backlog.readThrough, undefined);
    }),
  );
});
