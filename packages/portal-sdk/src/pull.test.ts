import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventRefused } from './answers.ts';
import { takeBatch } from './pull.ts';
import { createReceiver } from './testing/receiver.ts';
import { createSender, licenceKeyOf, requestOf, type Wire } from './testing/sender.ts';

/** A batch as `PortalService.Subscribe` streams it. */
function pulled(batch: readonly Wire[], replay = 0) {
  const { headers, rawBody } = requestOf(batch, licenceKeyOf(1));
  const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  return {
    ...{ body: Buffer.from(rawBody), epoch: 4, replay },
    webhookId: named['webhook-id'] ?? '',
    webhookTimestamp: named['webhook-timestamp'] ?? '',
    webhookSignature: named['webhook-signature'] ?? '',
  };
}

const nothing = { epoch: 4, replay: 0, refusedId: '', unknownKid: '' };

test('what was taken of a batch is acknowledged up to the cursor', async () => {
  const { portal } = createReceiver();
  const taken = await takeBatch(portal, pulled(createSender().events(3)));
  assert.deepEqual(taken, { isAll: true, acknowledgement: { ...nothing, sequence: 3 }, problem: '' });
});

test('an event that a handler refuses is named once it is the first', async () => {
  const events = createSender().events(3);
  const { portal } = createReceiver({
    onEvent: ({ id }) => {
      if (id === 'event-2') throw new EventRefused('not this one');
    },
  });
  const before = await takeBatch(portal, pulled(events));
  assert.deepEqual([before.isAll, before.acknowledgement], [false, { ...nothing, sequence: 1 }]);
  const again = await takeBatch(portal, pulled(events.slice(1)));
  assert.deepEqual([again.isAll, again.acknowledgement], [false, { ...nothing, sequence: 1, refusedId: 'event-2' }]);
  assert.match(again.problem, /^422 /);
});

test('a key that is missing is named', async () => {
  const { portal } = createReceiver();
  const [event] = createSender(licenceKeyOf(2)).events(1);
  assert.ok(event);
  const { isAll, acknowledgement } = await takeBatch(portal, pulled([event]));
  assert.equal(isAll, false);
  assert.equal(acknowledgement.sequence, 0);
  assert.match(acknowledgement.unknownKid, /^[0-9a-f]{16}$/);
});

test('a batch that is not ours acknowledges nothing new', async () => {
  const { portal } = createReceiver();
  const batch = { ...pulled(createSender().events(1)), webhookSignature: 'v1,AAAA' };
  const { isAll, acknowledgement, problem } = await takeBatch(portal, batch);
  assert.deepEqual([isAll, acknowledgement], [false, { ...nothing, sequence: 0 }]);
  assert.match(problem, /^401 /);
});
