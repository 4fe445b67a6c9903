import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeliveryRecord } from '@trunkline/contracts';
import { aWorld, pass } from './model/acting.ts';
import { recordFormat } from './portal-record.ts';

/** A lane whose owner died, as a version that writes this format left it; a new owner has taken its turn. */
async function aLaneOf(format: number) {
  const given = await aWorld({ portals: 1, strands: 4 });
  const { world, owner, portal } = given;
  const { id, receiver } = portal(0);
  world.produce(id, 20);
  await pass(world, 1_000);
  assert.equal(receiver.last, 20);
  owner.isAlive = false;
  const { deliveries } = world.servers;
  const formats = new Set(deliveries.map(({ data }) => DeliveryRecord.decode(data).format));
  for (const [index, message] of deliveries.entries())
    deliveries[index] = {
      ...message,
      data: DeliveryRecord.encode({ ...DeliveryRecord.decode(message.data), format }).finish(),
    };
  const records = deliveries.length;
  world.produce(id, 20);
  const next = world.start();
  await pass(world, 1_000);
  return { world, receiver, next, formats, written: deliveries.length - records };
}

test('a lane that a newer version worked is not taken over: it stops with an alarm, and nothing is sent or written', async () => {
  const { world, receiver, next, written } = await aLaneOf(recordFormat + 1);
  assert.deepEqual([next.hasEnded, receiver.last, written], [true, 20, 0]);
  const [alarm = ''] = world.violations;
  assert.match(alarm, /newer_format: lane \d was worked by owner0, a newer version.* format 2, .* up to 1/);
});

for (const format of [0, recordFormat]) {
  test(`a lane whose records have the format ${format} goes on where it stood`, async () => {
    const { world, receiver, next, formats } = await aLaneOf(format);
    assert.deepEqual([next.hasEnded, receiver.last, world.violations], [false, 40, []]);
    assert.deepEqual(formats, new Set([recordFormat]), 'every record says it');
  });
}
