import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { EgressItem, Priority } from '@trunkline/contracts';
import { createRequestGate } from '@trunkline/runtime';
import { createConversations } from './conversations.ts';
import { createCursor } from './cursor.ts';
import type { HeldStore } from './held-store.ts';
import { createVirtualTime } from './model/virtual-time.ts';
import { readOrder } from './order.ts';
import { createPacer } from './pacer.ts';
import { createSteps } from './steps.ts';

/** The steps of a crowded queue with one slot, whose writes to the held end when `write` is called, and whose calls never do. */
function crowdedQueue() {
  const { scheduler } = createVirtualTime();
  const cursor = createCursor('c1');
  const conversations = createConversations();
  const called: string[] = [];
  const put: string[][] = [];
  let write = () => {};
  const held: Partial<HeldStore> = {
    put: (orders) => {
      put.push(orders.map(({ order }) => order.conversation));
      return new Promise((resolve) => {
        write = resolve;
      });
    },
  };
  const care = {
    ...{ scheduler, gate: createRequestGate(), change: () => {}, onPoison: () => {}, watch: () => {} },
    insist: <T>(call: () => Promise<T>) => call(),
  };
  const steps = createSteps(
    {
      ...{ key: 'c1', lane: 0, cursor, care, held: held as HeldStore, isCrowded: () => true },
      pacer: createPacer(() => ({ perSecond: 0, burst: 1 }), 1),
      paceOf: () => ({ perSecond: 0, burst: 1 }),
      run: (order) => {
        called.push(order.conversation);
        return new Promise<never>(() => {});
      },
    },
    conversations,
    () => {},
  );
  let sequence = 0;
  const arrive = (who: string, priority: Priority) => {
    sequence += 1;
    const order = { $case: 'send' as const, value: { message: { priority } } };
    const item = EgressItem.fromPartial({ conversationId: who, at: new Date(scheduler.now()), order });
    const position = { sequence, index: 0, output: 0 };
    cursor.meet(position);
    conversations.add(readOrder(position, EgressItem.encode(item).finish()));
    steps.pump();
  };
  return {
    ...{ called, put },
    answer: (who: string) => arrive(who, Priority.PRIORITY_INTERACTIVE),
    bulk: (who: string) => arrive(who, Priority.PRIORITY_BULK),
    write: async () => {
      write();
      await turn();
    },
  };
}

test('while bulk is set aside the channel is called, and what comes meanwhile goes in one write after it', async () => {
  const { answer, bulk, called, put, write } = crowdedQueue();
  bulk('anna');
  answer('bob');
  bulk('carl');
  bulk('dora');
  bulk('anna');
  assert.deepEqual(called, ['bob']);
  assert.deepEqual(put, [['anna']]);
  await write();
  assert.deepEqual(put, [['anna'], ['carl', 'dora', 'anna']]);
});
