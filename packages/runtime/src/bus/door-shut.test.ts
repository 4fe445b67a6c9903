import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IngressBatch, IngressItem } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { createDoor, type DoorOptions } from './door.ts';
import type { LogPort } from './ports.ts';

const roomy = { isOpen: () => true, isOpenTo: () => true, isOpenIn: () => true };
const bodies = { put: () => Promise.reject(new Error('no bodies here')), get: () => Promise.resolve(undefined) };

function aDoor(options: Partial<DoorOptions> & Pick<DoorOptions, 'bus'>) {
  return createDoor({ bodies, room: roomy, ...options });
}

/** A log that answers when it is told to; everything else of the port is out of place here. */
function aSlowLog() {
  const published: PromiseWithResolvers<number>[] = [];
  const publish: LogPort['publish'] = async () => {
    const answer = Promise.withResolvers<number>();
    published.push(answer);
    return { sequence: await answer.promise, isDuplicate: false };
  };
  return { published, bus: { publish } as LogPort };
}

function hookCall(text: string): IngressItem {
  const value = { channelId: 'c1', connector: 'telegram', raw: Buffer.from(text) };
  return IngressItem.fromPartial({ receivedAt: new Date(0), item: { $case: 'hookCall', value } });
}

function submission(text: string): IngressItem {
  const value = { tenantId: 't1', idempotencyKey: 'k1', bodySha256: Buffer.from(text) };
  return IngressItem.fromPartial({ receivedAt: new Date(), item: { $case: 'submission', value } });
}

function sendResult(): IngressItem {
  return IngressItem.fromPartial({ item: { $case: 'sendResult', value: { messageId: 'm1' } } });
}

test('a stream that goes back closes the door: what an older store takes is lost with it, so nobody is told that it is stored', async () => {
  const sequences = [7, 8, 5];
  const publish: LogPort['publish'] = async () => ({ sequence: sequences.shift() ?? 99, isDuplicate: false });
  const heard: number[][] = [];
  await using door = aDoor({ bus: { publish } as LogPort, onGoneBack: (...places) => heard.push(places) });
  assert.equal((await door.enter(1, hookCall('one'))).sequence, 7);
  assert.equal((await door.enter(2, hookCall('two'))).sequence, 8);
  await assert.rejects(door.enter(1, hookCall('into an older copy')), { code: 'unavailable', certain: false });
  assert.deepEqual([heard, door.isOpen()], [[[8, 5]], false]);
  await assert.rejects(door.enter(2, hookCall('later')), { code: 'unavailable', certain: true });
  await assert.rejects(door.submit(2, submission('later'), 't1/k1'), { code: 'unavailable' });
  assert.equal(sequences.length, 0, 'nothing more was published');
});

test('answers that overtake each other and repeats that name their originals say nothing of the stream', async () => {
  const slow = aSlowLog();
  await using door = aDoor({ bus: slow.bus });
  const both = [door.enter(1, hookCall('one')), door.enter(2, hookCall('two'))];
  await until(() => slow.published.length === 2);
  slow.published[1]?.resolve(9);
  slow.published[0]?.resolve(8);
  await Promise.all(both);
  assert.equal(door.isOpen(), true);

  const publish: LogPort['publish'] = async () => ({ sequence: 4, isDuplicate: true });
  const items = [Buffer.from(IngressItem.encode(submission('again')).finish())];
  const original = async () => ({ sequence: 4, data: IngressBatch.encode({ items }).finish() });
  const bus = { publish, nextOf: original } as unknown as LogPort;
  await using another = aDoor({ bus });
  assert.deepEqual(await another.submit(1, submission('again'), 't1/k1'), { sequence: 4, isRepeat: true });
  assert.equal(another.isOpen(), true);
});

test('the door of a lane that nobody can go on reading is closed to who comes from outside, the others are open', async () => {
  const slow = aSlowLog();
  await using door = aDoor({ bus: slow.bus, room: { ...roomy, isOpenIn: (lane) => lane !== 1 } });
  await assert.rejects(door.enter(1, hookCall('x')), { code: 'unavailable', certain: true });
  const others = [door.enter(2, hookCall('y')), door.enter(1, sendResult())];
  await until(() => slow.published.length === 2);
  for (const [index, answer] of slow.published.entries()) answer.resolve(index + 1);
  await Promise.all(others);
});
