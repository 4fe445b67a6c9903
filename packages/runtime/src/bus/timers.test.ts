import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { Envelope, Fact, IngressBatch, IngressItem, streams, subjects } from '@trunkline/contracts';
import { startServers, until } from '@trunkline/testkit';
import { provisionBus } from '../provision/provision-bus.ts';
import { connectBus } from './connect.ts';
import { asBuffer } from './group-commit.ts';
import { createJetStreamLog } from './jetstream-log.ts';
import type { LogPort } from './ports.ts';
import { runTimers } from './timers.ts';

/** A bus with the timers of lane 2, and what is due there as a reader of INGRESS sees it. */
async function aBusWithTimers() {
  const servers = await startServers({ nats: true, own: true });
  const stop = new AbortController();
  const { signal } = stop;
  const nats = await connectBus({ url: servers.natsUrl, service: 'normalizer', instance: 'one', signal });
  await provisionBus(nats, { connectors: [] });
  const bus = createJetStreamLog(nats, { inboxPrefix: '_INBOX_normalizer' });
  const troubles: unknown[] = [];
  const running = runTimers({
    bus,
    lane: 2,
    service: 'normalizer',
    signal,
    onTrouble: (error) => void troubles.push(error),
  });
  const due: { id: string; payload: string; atMs: number }[] = [];
  const reading = (async () => {
    const inputs = {
      stream: streams.ingress,
      subjects: [subjects.ingress(2), subjects.due(2)],
      afterSequence: 0,
      signal,
    };
    for await (const message of bus.feed(inputs)) {
      for (const { item } of IngressBatch.decode(message.data).items.map((bytes) => IngressItem.decode(bytes))) {
        if (item?.$case !== 'timerDue') continue;
        due.push({ id: item.value.timerId, payload: item.value.payload.toString(), atMs: message.storedAtMs });
      }
    }
  })();
  const close = async () => {
    stop.abort();
    await Promise.all([running, reading]);
    await nats.close();
    await servers.stop();
  };
  return { servers, nats, bus, due, troubles, [Symbol.asyncDispose]: close };
}

async function setTimers(bus: LogPort, ...timers: readonly { id: string; atMs: number; payload?: string }[]) {
  const items = timers.map(({ id, atMs, payload = '' }) => {
    const value = { timerId: id, dueAt: new Date(atMs), payload: Buffer.from(payload), stage: 'routing' };
    return asBuffer(Fact.encode(Fact.fromPartial({ id: 'f', fact: { $case: 'timerSet', value } })).finish());
  });
  const other = Fact.fromPartial({ id: 'f', fact: { $case: 'parked', value: { parkedId: 'p' } } });
  const envelope = Envelope.fromPartial({ stage: 'routing', items: [asBuffer(Fact.encode(other).finish()), ...items] });
  await bus.publish(subjects.facts(2, 'routing'), Envelope.encode(envelope).finish());
}

test('a timer comes back on INGRESS when it is due, with what it carried', async () => {
  await using bus = await aBusWithTimers();
  const atMs = Date.now() + 1_500;
  await setTimers(bus.bus, { id: 'one', atMs, payload: 'what for' });
  const [due] = await until(() => bus.due.length > 0 && bus.due);
  assert.deepEqual({ id: due?.id, payload: due?.payload }, { id: 'one', payload: 'what for' });
  assert.ok(due && due.atMs >= atMs && due.atMs < atMs + 2_000, `${(due?.atMs ?? 0) - atMs} ms late`);
});

test('a timer of the past is due at once, and one that is set again is moved', async () => {
  await using bus = await aBusWithTimers();
  await setTimers(bus.bus, { id: 'moved', atMs: Date.now() + 60_000, payload: 'before' });
  await setTimers(
    bus.bus,
    { id: 'past', atMs: Date.now() - 1_000 },
    { id: 'moved', atMs: Date.now() + 1_000, payload: 'after' },
  );
  await until(() => bus.due.length === 2);
  assert.deepEqual(bus.due.map(({ id, payload }) => [id, payload]).toSorted(), [
    ['moved', 'after'],
    ['past', ''],
  ]);
});

test('a timer survives the death of the server', async () => {
  await using bus = await aBusWithTimers();
  await setTimers(bus.bus, { id: 'one', atMs: Date.now() + 2_000 });
  await until(async () => (await bus.bus.lastOf(streams.timers, subjects.timer(2, 'one'))) !== undefined);
  await bus.servers.kill('nats');
  await bus.servers.restart('nats');
  await until(() => bus.due.length === 1, 20_000);
});

test('a timer that is due while INGRESS is full comes once there is room, and what INGRESS has purged does not come again', async () => {
  await using bus = await aBusWithTimers();
  const { streams: admin } = await jetstreamManager(bus.nats);
  const { max_bytes } = (await admin.info(streams.ingress)).config;
  await setTimers(bus.bus, { id: 'early', atMs: Date.now() });
  await until(() => bus.due.length === 1);
  await admin.purge(streams.ingress);
  await admin.update(streams.ingress, { max_bytes: 1 });
  await setTimers(bus.bus, { id: 'late', atMs: Date.now() });
  const fired = async () => (await bus.bus.lastOf(streams.timers, subjects.due(2)))?.sequence ?? 0;
  const before = await fired();
  await until(async () => (await fired()) > before || bus.due.length > 1);
  await assert.rejects(bus.bus.publish(subjects.ingress(2), Buffer.from('no room')), { code: 'unavailable' });
  assert.deepEqual(
    bus.due.map(({ id }) => id),
    ['early'],
  );
  await admin.update(streams.ingress, { max_bytes });
  await until(() => bus.due.length > 1, 30_000);
  assert.deepEqual(
    bus.due.map(({ id }) => id),
    ['early', 'late'],
  );
});

test('a timer without a usable id is told, and the others fire', async () => {
  await using bus = await aBusWithTimers();
  await setTimers(bus.bus, { id: 'not a token', atMs: Date.now() });
  await setTimers(bus.bus, { id: 'good', atMs: Date.now() });
  await until(() => bus.due.length === 1);
  assert.equal(bus.due[0]?.id, 'good');
  assert.ok(bus.troubles.length >= 1);
});
