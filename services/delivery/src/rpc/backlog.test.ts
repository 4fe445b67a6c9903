import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PortalCursor, PortalEntry, PortalMode, SealedBatch } from '@trunkline/contracts';
import type { LogPort, StoredMessage } from '@trunkline/runtime';
import { backlogFrom } from './backlog.ts';

const portal = PortalEntry.fromPartial({ id: 'shop', tenantId: 'home', url: 'https://portal.example/' });

/** What is told of a portal that has recorded this, and whose stream ends with this sequence. */
async function told(
  recorded: Parameters<typeof PortalCursor.fromPartial>[0] | undefined,
  lastSequence: number | undefined,
) {
  const cursors = recorded === undefined ? [] : [PortalCursor.fromPartial({ portalId: 'shop', ...recorded })];
  const message = { data: SealedBatch.encode(batchOf(lastSequence ?? 0)).finish(), header: () => undefined };
  const last = lastSequence === undefined ? undefined : (message as unknown as StoredMessage);
  const bus = { lastOf: async () => last, nextOf: async () => last } as unknown as LogPort;
  const backlog = await backlogFrom(
    portal,
    { cursors, owner: 'd-1', lowSequence: 0, feedSequence: 0 },
    { bus, now: Date.now, pause: undefined },
  );
  const { headSequence, deliveredSequence, doneBeyond, waiting } = backlog;
  return { head: headSequence, done: deliveredSequence + doneBeyond, waiting };
}

function batchOf(sequence: number): SealedBatch {
  return SealedBatch.fromPartial({ events: [{ sequence, at: new Date() }] });
}

test('head is done and waiting, whether the portal is known, behind or has everything', async () => {
  assert.deepEqual(await told(undefined, undefined), { head: 0, done: 0, waiting: 0 });
  assert.deepEqual(await told(undefined, 3), { head: 3, done: 0, waiting: 3 });
  const behind = { mode: PortalMode.PORTAL_MODE_DRAIN, sequence: 4, seenSequence: 7 };
  assert.deepEqual(await told(behind, 9), { head: 9, done: 4, waiting: 5 });
  assert.deepEqual(await told({ sequence: 9, seenSequence: 9 }, 9), { head: 9, done: 9, waiting: 0 });
});

test('what was removed after everybody had it is not missing', async () => {
  assert.deepEqual(await told({ sequence: 9, seenSequence: 9 }, undefined), { head: 9, done: 9, waiting: 0 });
});

test('strands that are ahead count as done', async () => {
  const strands = [
    { done: 2, sequence: 3 },
    { done: 3, sequence: 7 },
  ];
  assert.deepEqual(await told({ sequence: 3, seenSequence: 7, after: [1], strands }, 8), {
    head: 8,
    done: 6,
    waiting: 2,
  });
});

test('events that were seen and are not there do not balance, and the difference says how many', async () => {
  const behind = { mode: PortalMode.PORTAL_MODE_DRAIN, sequence: 4, seenSequence: 7 };
  assert.deepEqual(await told(behind, undefined), { head: 7, done: 4, waiting: 0 });
  assert.deepEqual(await told(behind, 6), { head: 7, done: 4, waiting: 2 });
});

test('a stream that ends before what is done was set back, and does not balance', async () => {
  assert.deepEqual(await told({ sequence: 9, seenSequence: 9 }, 6), { head: 6, done: 9, waiting: 0 });
});
