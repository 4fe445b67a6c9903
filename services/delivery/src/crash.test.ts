import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PortalSettings } from '@trunkline/contracts';
import { pause } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { type Surroundings, startSurroundings } from './testing/bus.ts';
import { startPortal } from './testing/portal.ts';
import { startProcess } from './testing/process.ts';
import { signingKeyOf } from './testing/stream.ts';

let around: Surroundings;

before(async () => {
  around = await startSurroundings();
});

after(async () => {
  await around?.[Symbol.asyncDispose]();
});

async function aPortal(id: string) {
  const portal = await startPortal(signingKeyOf(id));
  const settings = PortalSettings.fromPartial({ lingerMs: 1, batchEvents: 5, timeoutMs: 2_000 });
  await around.setPortal({ id, url: portal.url, settings });
  return portal;
}

function numbers(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

test('killed after a POST and before its record: the suffix comes again, with the same ids, and nothing else does', async () => {
  await using portal = await aPortal('suffix');
  await using first = startProcess(around);
  await around.seal('suffix', 5);
  await until(() => portal.taken.length === 5);
  // Its record is stored a quarter of a second later at most; then the second batch is taken, and its record is not.
  await until(async () => (await around.recordedOf('suffix')) === 5);
  portal.behave((received, response) => {
    portal.take(received);
    response.writeHead(204).end(() => first.child.kill('SIGKILL'));
  });
  await around.seal('suffix', 5);
  await until(() => first.child.signalCode !== null);
  portal.behave();
  await around.seal('suffix', 5);
  await using _second = startProcess(around);
  await until(() => portal.taken.length === 15, 30_000);
  assert.deepEqual(portal.taken, numbers(15));
  assert.deepEqual(portal.repeats, [6, 7, 8, 9, 10]);
  const ids = portal.received.flatMap(({ events }) => events).map(({ id }) => id);
  assert.deepEqual(new Set(ids), new Set(numbers(15).map((number) => `suffix-${number}`)));
});

test('kill -9 under load, again and again: nothing lost, nothing out of order; a clean stop repeats nothing', async () => {
  const names = ['load1', 'load2', 'load3'];
  await using open = new AsyncDisposableStack();
  const portals = (await Promise.all(names.map(aPortal))).map((portal) => open.use(portal));
  let rounds = 0;
  let isLoading = true;
  const loading = (async () => {
    for (; isLoading; rounds += 1) {
      for (const name of names) await around.seal(name, 3);
      await pause(100, AbortSignal.timeout(60_000));
    }
  })();
  const stopLoading = async () => {
    isLoading = false;
    await loading;
  };
  open.defer(stopLoading);
  const takenNow = () => portals.map(({ taken }) => taken.length);
  const repeatsNow = () => portals.map(({ repeats }) => repeats.length);
  /** A process that has delivered to every portal itself: what came before it, its forerunners took. */
  const aBusyProcess = async () => {
    const process = startProcess(around);
    const before = takenNow();
    await until(() => takenNow().every((count, index) => count >= (before[index] ?? 0) + 20), 60_000);
    return process;
  };
  for (let kill = 1; kill <= 2; kill += 1) {
    const instance: { kill: () => Promise<void> } = await aBusyProcess();
    await instance.kill();
  }
  const stopped = await aBusyProcess();
  await stopped.stop();
  const repeated = repeatsNow();
  const recorded = await Promise.all(names.map((name) => around.recordedOf(name)));
  assert.deepEqual(recorded, takenNow(), 'the last record says what was taken');
  await using _last = await aBusyProcess();
  await stopLoading();
  await until(() => takenNow().every((count) => count >= rounds * 3), 30_000);
  for (const { taken } of portals) assert.deepEqual(taken, numbers(rounds * 3));
  assert.deepEqual(repeatsNow(), repeated, 'the clean stop repeated nothing');
});

test('NATS restarted and MongoDB away in the middle: everything waits, then goes on where it stood', async () => {
  await using portal = await aPortal('outage');
  await using _process = startProcess(around);
  portal.behave((received, response) => {
    if (received.events.some(({ id }) => id === 'outage-8')) {
      return response.writeHead(422).end(JSON.stringify({ refused: 'outage-8' }));
    }
    portal.take(received);
    return response.writeHead(204).end();
  });
  await around.seal('outage', 5);
  await until(() => portal.taken.length === 5, 30_000);
  await around.servers.restart('nats');
  await around.servers.kill('mongo');
  // The refused one cannot be kept now, so nothing after it is sent.
  await until(() => around.seal('outage', 5).catch(() => false as const), 30_000);
  await until(() => portal.taken.length === 7, 30_000);
  await around.servers.restart('mongo');
  await until(() => portal.taken.length === 10, 60_000);
  assert.deepEqual(portal.taken, numbers(10));
  const notice = portal.received.flatMap(({ events }) => events).findLast(({ sequence }) => sequence === 8);
  assert.equal(notice?.type, 'trunkline.events.parked.v1');
});

test('an owner that slept past its lease and wakes up again sends nothing twice and nothing out of order', async () => {
  await using portal = await aPortal('sleeper');
  await using sleeper = startProcess(around);
  await around.seal('sleeper', 5);
  await until(async () => (await around.recordedOf('sleeper')) === 5, 90_000);
  sleeper.child.kill('SIGSTOP');
  await around.seal('sleeper', 5);
  await using _other = startProcess(around);
  await until(() => portal.taken.length === 10, 90_000);
  sleeper.child.kill('SIGCONT');
  for (let round = 0; round < 20; round += 1) {
    await around.seal('sleeper', 2);
    await pause(100, AbortSignal.timeout(60_000));
  }
  await until(async () => (await around.recordedOf('sleeper')) === 50, 90_000);
  assert.deepEqual(portal.taken, numbers(50));
  assert.deepEqual(portal.repeats, []);
  assert.equal(sleeper.child.exitCode, null);
});

test('a process that is stopped while the bus is away ends all the same', async () => {
  await using portal = await aPortal('alone');
  await using process = startProcess(around);
  await around.seal('alone', 5);
  await until(() => portal.taken.length === 5, 90_000);
  await around.servers.kill('nats');
  process.child.kill('SIGTERM');
  await until(() => process.child.exitCode !== null, 40_000);
  await around.servers.restart('nats');
});
