import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { ChannelEvent, IngressBatch, IngressItem, streams, subjects } from '@trunkline/contracts';
import { startServers, until } from '@trunkline/testkit';
import { TrunklineError } from '../errors.ts';
import { openBodyStore } from '../files/body-store.ts';
import { provisionBus } from '../provision/provision-bus.ts';
import { connectBus } from './connect.ts';
import { createDoor, type DoorOptions } from './door.ts';
import { createJetStreamLog } from './jetstream-log.ts';
import type { LogPort } from './ports.ts';

async function aBus() {
  const servers = await startServers({ nats: true, own: true });
  const signal = new AbortController().signal;
  const nats = await connectBus({ url: servers.natsUrl, service: 'test', instance: 'one', signal });
  await provisionBus(nats, { connectors: [] });
  const bus = createJetStreamLog(nats, { inboxPrefix: '_INBOX_test' });
  const bodies = openBodyStore(nats, bus);
  const close = async () => {
    await nats.close();
    await servers.stop();
  };
  return { servers, bus, bodies, [Symbol.asyncDispose]: close };
}

const roomy = { isOpen: () => true, isOpenTo: () => true, isOpenIn: () => true };
const noBodies = { put: () => Promise.reject(new Error('no bodies here')), get: () => Promise.resolve(undefined) };

/** A log that answers when it is told to; everything else of the port is out of place here. */
function aSlowLog() {
  const published: { items: number; bytes: number; answer: PromiseWithResolvers<number> }[] = [];
  const publish: LogPort['publish'] = async (_, data) => {
    const answer = Promise.withResolvers<number>();
    published.push({ items: IngressBatch.decode(data).items.length, bytes: data.length, answer });
    return { sequence: await answer.promise, isDuplicate: false };
  };
  return { published, bus: { publish } as LogPort };
}

function aDoor(options: Partial<DoorOptions> & Pick<DoorOptions, 'bus'>) {
  return createDoor({ bodies: noBodies, room: roomy, ...options });
}

function hookCall(text: string, more: { raw?: Buffer; events?: ChannelEvent[] } = {}): IngressItem {
  const value = { channelId: 'c1', connector: 'telegram', raw: Buffer.from(text), ...more };
  return IngressItem.fromPartial({ receivedAt: new Date(0), item: { $case: 'hookCall', value } });
}

function submission(text: string): IngressItem {
  const bodySha256 = createHash('sha256').update(text).digest();
  const value = { tenantId: 't1', idempotencyKey: 'k1', bodySha256 };
  return IngressItem.fromPartial({ receivedAt: new Date(), item: { $case: 'submission', value } });
}

function sendResult(): IngressItem {
  return IngressItem.fromPartial({ item: { $case: 'sendResult', value: { messageId: 'm1' } } });
}

async function storedItems(bus: LogPort, lane: number, upTo: number): Promise<IngressItem[]> {
  const found: IngressItem[] = [];
  for (let from = 1; from <= upTo; ) {
    const next = await bus.nextOf(streams.ingress, subjects.ingress(lane), from);
    if (next === undefined) break;
    found.push(...IngressBatch.decode(next.data).items.map((item) => IngressItem.decode(item)));
    from = next.sequence + 1;
  }
  return found;
}

function rawOf({ item }: IngressItem): string {
  return item?.$case === 'hookCall' ? item.value.raw.toString() : '';
}

test('items are stored in the order in which they came, and each knows its place', async () => {
  await using bus = await aBus();
  await using door = aDoor(bus);
  const places = await Promise.all(Array.from({ length: 1_200 }, (_, n) => door.enter(3, hookCall(`call ${n}`))));

  const last = places.at(-1);
  const items = await storedItems(bus.bus, 3, last?.sequence ?? 0);
  assert.deepEqual(
    items.map(rawOf),
    Array.from({ length: 1_200 }, (_, n) => `call ${n}`),
  );
  assert.deepEqual(places[0], { sequence: 1, index: 0 });
  assert.deepEqual(last, { sequence: 3, index: 199 });
});

test('one publish of a lane is under way; what comes meanwhile goes together with the next', async () => {
  const { bus, published } = aSlowLog();
  await using door = aDoor({ bus });
  const first = door.enter(0, hookCall('first'));
  await until(() => published.length === 1);
  const rest = Promise.all([1, 2, 3].map((n) => door.enter(0, hookCall(`${n}`))));
  const other = door.enter(1, hookCall('another lane'));
  await until(() => published.length === 2);
  published[0]?.answer.resolve(10);
  published[1]?.answer.resolve(11);
  assert.deepEqual(await first, { sequence: 10, index: 0 });
  assert.deepEqual(await other, { sequence: 11, index: 0 });
  await until(() => published.length === 3);
  assert.equal(published[2]?.items, 3);
  published[2]?.answer.resolve(12);
  assert.deepEqual(
    await rest,
    [0, 1, 2].map((index) => ({ sequence: 12, index })),
  );
});

test('a message holds at most 500 items and 512 KiB', async () => {
  const { bus, published } = aSlowLog();
  await using door = aDoor({ bus });
  const many = Array.from({ length: 501 }, () => door.enter(0, hookCall('x')));
  const large = Array.from({ length: 5 }, () => door.enter(0, hookCall('', { raw: Buffer.alloc(120 * 1024) })));
  for (let n = 0; n < 3; n += 1) {
    await until(() => published.length > n);
    published[n]?.answer.resolve(n + 1);
    await new Promise(setImmediate);
  }
  await Promise.all([...many, ...large]);
  assert.deepEqual(
    published.map(({ items }) => items),
    [500, 5, 1],
  );
  assert.ok(published.every(({ bytes }) => bytes <= 520 * 1024));
});

test('when a publish fails everybody in it is refused, and the next goes on', async () => {
  const { bus, published } = aSlowLog();
  await using door = aDoor({ bus });
  const first = door.enter(0, hookCall('first'));
  await until(() => published.length === 1);
  const next = [door.enter(0, hookCall('a')), door.enter(0, hookCall('b'))];
  published[0]?.answer.reject(new TrunklineError('unavailable', 'no answer'));
  await assert.rejects(first, { code: 'unavailable' });
  await until(() => published.length === 2);
  published[1]?.answer.resolve(7);
  assert.deepEqual(await Promise.all(next), [
    { sequence: 7, index: 0 },
    { sequence: 7, index: 1 },
  ]);
});

test('too much at the door is refused at once, by number and by size', async () => {
  const { bus } = aSlowLog();
  const few = aDoor({ bus, waitingItems: 2 });
  const waiting = [few.enter(0, hookCall('a')), few.enter(0, hookCall('b'))];
  assert.equal(few.isOpen(), false);
  await assert.rejects(few.enter(0, hookCall('c')), { code: 'unavailable', certain: true });
  const small = aDoor({ bus, waitingBytes: 1_000 });
  await assert.rejects(small.enter(0, hookCall('', { raw: Buffer.alloc(2_000) })), { code: 'unavailable' });
  assert.equal(waiting.length, 2);
});

test('a tenant without room hears why and what to do, its results enter, and the others feel nothing', async () => {
  const { bus, published } = aSlowLog();
  const room = { ...roomy, isOpenTo: (tenantId: string) => tenantId !== 't1' };
  await using door = aDoor({ bus, room });
  const refusal = { code: 'unavailable', certain: true, publicMessage: /Too much waits/, remedy: /Bring the portal/ };
  await assert.rejects(door.enter(0, hookCall('a'), 't1'), refusal);
  await assert.rejects(door.submit(0, submission('a'), 'id'), refusal);
  const entering = [door.enter(0, sendResult(), 't1'), door.enter(1, hookCall('b'), 't2')];
  await until(() => published.length === 2);
  for (const { answer } of published) answer.resolve(1);
  await Promise.all(entering);
});

test('without room nobody comes in from outside, but results do', async () => {
  const { bus, published } = aSlowLog();
  let isOpen = false;
  const refused: number[] = [];
  await using door = aDoor({
    bus,
    room: { ...roomy, isOpen: () => isOpen },
    onRefused: (lane) => void refused.push(lane),
  });
  assert.equal(door.isOpen(), false);
  await assert.rejects(door.enter(0, hookCall('a')), { code: 'unavailable' });
  await assert.rejects(door.submit(0, submission('a'), 'id'), { code: 'unavailable' });
  const result = door.enter(0, sendResult());
  await until(() => published.length === 1);
  published[0]?.answer.resolve(1);
  await result;
  isOpen = true;
  assert.equal(door.isOpen(), true);
  assert.deepEqual(refused, [0, 0]);
});

test('a large body goes to the object store, and its item names it', async () => {
  await using bus = await aBus();
  await using door = aDoor(bus);
  const raw = Buffer.alloc(2 * 1024 ** 2, 'x');
  const { sequence } = await door.enter(0, hookCall('', { raw }));
  const [item] = await storedItems(bus.bus, 0, sequence);
  assert.ok(item?.item?.$case === 'hookCall');
  assert.equal(item.item.value.raw.length, 0);
  assert.ok(raw.equals((await bus.bodies.get(item.item.value.rawObjectKey)) ?? Buffer.alloc(0)));
});

test('many events are split over items that fit, in order, with the body in the first', async () => {
  await using bus = await aBus();
  await using door = aDoor(bus);
  const events = Array.from({ length: 40 }, (_, n) =>
    ChannelEvent.fromPartial({ id: `e${n}`, dedupeKey: 'x'.repeat(20_000) }),
  );
  const place = await door.enter(0, hookCall('', { raw: Buffer.alloc(100_000), events }));

  const items = await storedItems(bus.bus, 0, place.sequence);
  const calls = items.map(({ item }) => (item?.$case === 'hookCall' ? item.value : assert.fail()));
  assert.deepEqual(
    calls.flatMap((call) => call.events.map(({ id }) => id)),
    events.map(({ id }) => id),
  );
  assert.deepEqual(
    calls.map(({ part }) => part),
    calls.map((_, n) => n),
  );
  assert.deepEqual(
    calls.map(({ raw }) => raw.length > 0),
    calls.map((_, n) => n === 0),
  );
  assert.ok(items.length > 2 && items.every((item) => IngressItem.encode(item).finish().length <= 256 * 1024));
});

test('an event that fits nowhere is told as a parse error beside the body, and the others come in', async () => {
  await using bus = await aBus();
  await using door = aDoor(bus);
  const sizes = [10, 300 * 1024, 10];
  const events = sizes.map((size, n) => ChannelEvent.fromPartial({ id: `e${n}`, dedupeKey: 'x'.repeat(size) }));
  const { sequence } = await door.enter(0, hookCall('the body', { events }));
  const items = await storedItems(bus.bus, 0, sequence);
  const calls = items.map(({ item }) => (item?.$case === 'hookCall' ? item.value : assert.fail()));
  assert.deepEqual(
    calls.map((call) => [call.events.map(({ id }) => id).join(), call.parseError !== '', call.raw.toString()]),
    [
      ['e0', false, 'the body'],
      ['', true, 'the body'],
      ['e2', false, ''],
    ],
  );
});

test('the same submission again gets the same answer, another one under its key is refused', async () => {
  await using bus = await aBus();
  await using door = aDoor(bus);
  const first = await door.submit(2, submission('hello'), 't1:k1');
  await door.submit(2, submission('something else'), 't1:k2');
  assert.deepEqual(await door.submit(2, submission('hello'), 't1:k1'), { sequence: first.sequence, isRepeat: true });
  await assert.rejects(door.submit(2, submission('other'), 't1:k1'), { code: 'already_exists' });
  assert.equal((await storedItems(bus.bus, 2, 100)).length, 2);
});

test('without the bus an item is refused as unavailable within its time, and a closed door refuses', async () => {
  await using bus = await aBus();
  const door = aDoor(bus);
  await bus.servers.freeze('nats');
  const startedAt = performance.now();
  await assert.rejects(door.enter(0, hookCall('a')), { code: 'unavailable' });
  assert.ok(performance.now() - startedAt < 3_000);
  await bus.servers.thaw('nats');
  await door[Symbol.asyncDispose]();
  await assert.rejects(door.enter(0, hookCall('b')), { code: 'unavailable' });
});
