import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lanes } from '@trunkline/contracts';
import { type Servers, startServers, until } from '@trunkline/testkit';
import { provisionBus } from '../provision/provision-bus.ts';
import { LaneAlarm } from './alarm.ts';
import { connectBus } from './connect.ts';
import type { LaneLease } from './held-lane.ts';
import { createJetStreamLog } from './jetstream-log.ts';
import { runLanes } from './lease.ts';

async function aBus() {
  const servers = await startServers({ nats: true, own: true });
  const nats = await connectBus({ url: servers.natsUrl, ...who('infra') });
  await provisionBus(nats, { connectors: [] });
  await nats.close();
  return servers;
}

function who(instance: string) {
  return { service: 'sealer', instance, signal: new AbortController().signal };
}

type Work = (lease: LaneLease) => Promise<void>;

/** One instance of a service; by default its worker waits for the end of its lease. */
async function anInstance(servers: Servers, instance: string, work: Work = untilAborted, leftAloneMs = 60_000) {
  const nats = await connectBus({ url: servers.natsUrl, ...who(instance) });
  const bus = createJetStreamLog(nats, { inboxPrefix: '_INBOX_sealer' });
  const stop = new AbortController();
  const running = new Map<number, LaneLease>();
  const troubles: unknown[] = [];
  const options = {
    nats,
    bus,
    service: 'sealer',
    instance,
    signal: stop.signal,
    leftAloneMs,
    onTrouble: (error: unknown) => void troubles.push(error),
  };
  const done = runLanes(options, async (lease) => {
    assert.equal(running.has(lease.lane), false, 'two workers of one lane');
    running.set(lease.lane, lease);
    try {
      await work(lease);
    } finally {
      running.delete(lease.lane);
    }
  });
  const close = async () => {
    stop.abort();
    await done;
    if (!nats.isClosed()) await nats.close();
  };
  return { running, troubles, nats, close, [Symbol.asyncDispose]: close };
}

async function untilAborted({ signal }: LaneLease): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

test('one instance works on every lane, and a second one gets half of them', async () => {
  await using servers = await aBus();
  await using one = await anInstance(servers, 'one');
  await until(() => one.running.size === 8);

  await using two = await anInstance(servers, 'two');
  await until(() => one.running.size === 4 && two.running.size === 4);
  assert.deepEqual([...one.running.keys(), ...two.running.keys()].toSorted(), [...lanes]);
  assert.ok([...two.running.values()].every(({ wasReleased }) => wasReleased));
});

test('the lanes of an instance that stops cleanly are taken at once', async () => {
  await using servers = await aBus();
  const one = await anInstance(servers, 'one');
  await until(() => one.running.size === 8);
  await using two = await anInstance(servers, 'two');
  await until(() => two.running.size === 4);

  await one.close();

  const stoppedAt = performance.now();
  await until(() => two.running.size === 8);
  assert.ok(performance.now() - stoppedAt < 1_500);
  assert.ok([...two.running.values()].every(({ wasReleased }) => wasReleased));
});

test('the lanes of an instance that dies are taken when its leases have ended, and not before', async () => {
  await using servers = await aBus();
  const one = await anInstance(servers, 'one');
  await until(() => one.running.size === 8);
  await using two = await anInstance(servers, 'two');
  await until(() => two.running.size === 4);
  const dead = new Map(one.running);

  await one.nats.close(); // Nothing of it reaches the server any more.
  const diedAt = performance.now();
  await until(() => {
    const shared = [...two.running.keys()].filter((lane) => one.running.has(lane));
    assert.deepEqual(shared, []);
    return two.running.size === 8;
  });

  const tookMs = performance.now() - diedAt;
  assert.ok(tookMs > 3_000 && tookMs < 8_000, `${tookMs} ms`);
  assert.ok([...dead.values()].every(({ signal }) => signal.aborted));
  assert.ok([...dead.keys()].every((lane) => two.running.get(lane)?.wasReleased === false));
  await one.close();
});

test('a lease is confirmed again and again, and survives a short stop of the bus', async () => {
  await using servers = await aBus();
  await using one = await anInstance(servers, 'one');
  await until(() => one.running.size === 8);
  const leases = [...one.running.values()];
  await servers.kill('nats');
  await servers.restart('nats');

  const killedAt = performance.now();
  await until(() => performance.now() - killedAt > 6_000 && leases.every((lease) => lease.confirmedAgoMs() < 3_000));
  assert.ok(leases.every(({ signal }) => !signal.aborted));
});

test('all leases are lost after five seconds without the bus, and taken again when it is back', async () => {
  await using servers = await aBus();
  await using one = await anInstance(servers, 'one');
  await until(() => one.running.size === 8);
  const before = [...one.running.values()];

  await servers.freeze('nats');
  await until(() => one.running.size === 0);
  assert.ok(before.every((lease) => lease.confirmedAgoMs() >= 4_900));
  await servers.thaw('nats');

  await until(() => one.running.size === 8, 20_000);
});

test('a worker that fails is started again; one that raised an alarm waits for a person', async () => {
  await using servers = await aBus();
  let failures = 0;
  let alarms = 0;
  await using one = await anInstance(servers, 'one', async (lease) => {
    if (lease.lane === 1) failures += 1;
    if (lease.lane === 1 && failures < 3) throw new Error('not yet');
    if (lease.lane === 2) {
      alarms += 1;
      throw new LaneAlarm('forked', 'a person must look');
    }
    await untilAborted(lease);
  });
  await until(() => failures === 3 && one.running.size === 7);
  assert.equal(alarms, 1);
  assert.equal(one.troubles.filter((error) => error instanceof LaneAlarm).length, 1);
});

const alarmsOf = ({ troubles }: { troubles: readonly unknown[] }) =>
  troubles.filter((error) => error instanceof LaneAlarm).length;

/** The work of a version that does not know the format of one lane's records. */
const formerly =
  (unknown: number): Work =>
  async (lease) => {
    if (lease.lane === unknown) throw new LaneAlarm('newer_format', 'another version worked it');
    await untilAborted(lease);
  };

test('a lane whose format an instance does not know is taken by one that knows it, and left with it', async () => {
  await using servers = await aBus();
  await using former = await anInstance(servers, 'former', formerly(5), 2_000);
  await using newer = await anInstance(servers, 'newer');
  await until(() => newer.running.has(5));
  await until(() => former.running.size + newer.running.size === 8);
  const seen = alarmsOf(former);
  assert.ok(seen >= 1, 'the alarm is told');
  const lease = newer.running.get(5);
  // Longer than it leaves a free one alone: this one has an owner.
  const startedAt = performance.now();
  await until(() => performance.now() - startedAt > 5_000);
  assert.deepEqual([newer.running.get(5) === lease, alarmsOf(former)], [true, seen]);
  assert.equal(former.running.size + newer.running.size, 8);
});

test('of two that know a lane and have their shares, one takes what a third gives back, and all lanes have an owner', async () => {
  await using servers = await aBus();
  await using one = await anInstance(servers, 'one');
  await using two = await anInstance(servers, 'two');
  await until(() => one.running.size === 4 && two.running.size === 4);
  const unknown: number[] = [];
  // It knows none of the first two lanes that it is given: those that the two others gave back.
  await using former = await anInstance(servers, 'former', async (lease) => {
    if (unknown.length < 2 && !unknown.includes(lease.lane)) unknown.push(lease.lane);
    await formerly(unknown.includes(lease.lane) ? lease.lane : -1)(lease);
  });
  await until(() => alarmsOf(former) === 2);
  const sizes = () => [one, two, former].map(({ running }) => running.size);
  await until(() => unknown.every((lane) => one.running.has(lane) || two.running.has(lane)));
  await until(() => sizes().reduce((sum, size) => sum + size, 0) === 8 && former.running.size === 2);
  assert.deepEqual([alarmsOf(former), sizes().toSorted()], [2, [2, 3, 3]]);
});

test('an instance that has its share already takes the lane that the other gives back', async () => {
  await using servers = await aBus();
  let isKnown = true;
  const end = new AbortController();
  await using former = await anInstance(servers, 'former', async (lease) => {
    if (!isKnown) throw new LaneAlarm('newer_format', 'another version worked it');
    await Promise.race([untilAborted(lease), new Promise((ended) => end.signal.addEventListener('abort', ended))]);
  });
  await until(() => former.running.size === 8);
  await using newer = await anInstance(servers, 'newer');
  await until(() => former.running.size === 4 && newer.running.size === 4);
  isKnown = false;
  const givenBack = [...former.running.keys()];
  const endedAt = performance.now();
  end.abort();
  await until(() => givenBack.every((lane) => newer.running.has(lane)));
  assert.ok(performance.now() - endedAt < 3_000, 'a death takes more than that');
  assert.ok([...newer.running.values()].every(({ wasReleased }) => wasReleased));
  // Its share of those that it has not met yet it meets, once each; half a lane is nobody's.
  await until(() => alarmsOf(former) === 7 && newer.running.size === 8);
  assert.equal(former.running.size, 0);
});

test('a lane that nobody else takes is tried again after a while, and the alarm is told again', async () => {
  await using servers = await aBus();
  await using former = await anInstance(servers, 'former', formerly(5), 1_000);
  await until(() => alarmsOf(former) >= 3, 20_000);
  assert.equal(former.running.size, 7);
});
