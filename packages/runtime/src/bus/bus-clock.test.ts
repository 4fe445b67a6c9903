import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streams } from '@trunkline/contracts';
import { startServers } from '@trunkline/testkit';
import { provisionBus } from '../provision/provision-bus.ts';
import { askBusTime, createBusClock } from './bus-clock.ts';
import { connectBus } from './connect.ts';

const hourMs = 3_600_000;

/** A clock that has asked once, of a bus whose time is 0 when the machine has run for a second. */
async function asked(busMs: () => Promise<number>, startMs: number) {
  const time = { runMs: 1_000, wallMs: startMs };
  const told: (number | undefined)[] = [];
  const once = new AbortController();
  const busClock = createBusClock({
    ask: async () => {
      time.runMs += 400;
      time.wallMs += 400;
      return await busMs();
    },
    clock: { now: () => time.runMs, wallMs: () => time.wallMs },
    onLook: (aheadMs) => {
      told.push(aheadMs);
      once.abort();
    },
  });
  await busClock.follow(once.signal);
  return { time, busClock, told };
}

test('a clock that is ahead of the bus, or behind it, is told by how much', async () => {
  const ahead = await asked(async () => 200, 25 * hourMs);
  assert.deepEqual([ahead.busClock.aheadMs(), ahead.told], [25 * hourMs, [25 * hourMs]]);
  const behind = await asked(async () => 200, -hourMs);
  assert.equal(behind.busClock.aheadMs(), -hourMs);
});

test('a clock that jumps between two questions is seen at once, and one that just goes on is right', async () => {
  const { time, busClock } = await asked(async () => 200, 0);
  time.runMs += hourMs;
  time.wallMs += hourMs;
  assert.equal(busClock.aheadMs(), 0);
  time.wallMs += 25 * hourMs;
  assert.equal(busClock.aheadMs(), 25 * hourMs);
});

test('while the bus has told nothing, nobody knows', async () => {
  const { busClock, told } = await asked(() => Promise.reject(new Error('no answer')), 0);
  assert.deepEqual([busClock.aheadMs(), told], [undefined, [undefined]]);
});

test('NATS tells its time', async () => {
  await using servers = await startServers({ nats: true });
  const { signal } = new AbortController();
  const nats = await connectBus({ url: servers.natsUrl, service: 'delivery', instance: 'test', signal });
  try {
    await provisionBus(nats, { connectors: [] });
    const beforeMs = Date.now();
    const busMs = await askBusTime(nats, streams.outbox);
    assert.ok(busMs >= beforeMs - 1 && busMs <= Date.now() + 1, `${busMs}`);
  } finally {
    await nats.close();
  }
});
