import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { EgressItem } from '@trunkline/contracts';
import { connectStore, createLogger, provision, type Store } from '@trunkline/runtime';
import { type Servers, startServers } from '@trunkline/testkit';
import { sendText } from '../testing/surroundings.ts';
import { createHeldStore, type HeldOrder } from './held-store.ts';
import { readOrder } from './order.ts';

const database = `held_${randomUUID().slice(0, 8)}`;

let servers: Servers;
let store: Store;
before(async () => {
  servers = await startServers({ nats: true, mongo: true, own: true });
  const { natsUrl, mongoUrl } = servers;
  const signal = AbortSignal.timeout(60_000);
  await provision({ natsUrl, mongoUrl, database, connectors: ['sample'], signal });
  const log = createLogger({ service: 'test', instance: 'one', level: 'silent' });
  store = await connectStore({ url: mongoUrl, database, appName: 'test', log, signal });
});
after(async () => {
  await store?.close();
  await servers?.stop();
});

function heldOrder(sequence: number, who: string, bulk: boolean): HeldOrder {
  const bytes = EgressItem.encode(sendText('c1', who, 'hello', { bulk })).finish();
  const waiting = { attempts: 0, notBeforeMs: 0, doubtSinceMs: undefined, isUnsure: false, denied: undefined };
  return { lane: 0, queue: 'c1', order: readOrder({ sequence, index: 0, output: 0 }, bytes), ...waiting };
}

test('whoever takes over knows which of the waiting conversations hold an answer, and which nothing but bulk', async () => {
  const held = createHeldStore(store, 'sample');
  await held.put([heldOrder(1, 'anna', true), heldOrder(2, 'bob', true), heldOrder(3, 'anna', false)]);
  const found = await held.conversations(0);
  assert.deepEqual(
    found.map(({ conversation, isUrgent }) => [conversation, isUrgent]),
    [
      ['conversation of anna', true],
      ['conversation of bob', false],
    ],
  );
  const first = await held.first('c1', 'conversation of anna');
  assert.deepEqual([first?.order.place, first?.order.isInteractive], ['1.0', false], 'its order is kept all the same');
});
