import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { collections, DeliveryServiceDefinition, PortalQueueKind, PortalSettings } from '@trunkline/contracts';
import { createRpcClients, type HostedService, type RpcClient, secret, startService } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { delivery } from './service.ts';
import type { UndeliveredDocument } from './store/undelivered.ts';
import { type Surroundings, startSurroundings } from './testing/bus.ts';
import { startPortal } from './testing/portal.ts';
import { signingKeyOf } from './testing/stream.ts';

const hourMs = 3_600_000;

let around: Surroundings;
let service: HostedService<unknown>;
let client: RpcClient<typeof DeliveryServiceDefinition>;
let count = 0;

before(async () => {
  around = await startSurroundings();
  service = startService(delivery, around.env);
  const { addresses } = await service.ready;
  const clients = createRpcClients({
    identity: { service: 'gateway', token: secret('gateway-token') },
    addressOf: () => addresses.grpc ?? '',
  });
  client = clients.of(DeliveryServiceDefinition, 'delivery');
});

after(async () => {
  await service?.stop();
  await around?.[Symbol.asyncDispose]();
});

/** A portal whose settings are changed as the directory changes them: its entry is written anew, and nothing is restarted. */
async function aPortal(first: Partial<PortalSettings>) {
  count += 1;
  const id = `settings${count}`;
  const portal = await startPortal(signingKeyOf(id));
  const set = (settings: Partial<PortalSettings>) =>
    around.setPortal({ id, url: portal.url, settings: PortalSettings.fromPartial({ lingerMs: 1, ...settings }) });
  await set(first);
  const backlog = () => client.getBacklog({ portalId: id }, { tenant: 'home' });
  /** Seals until a request is seen that the predicate likes: the change has reached delivery by then. */
  const untilSeen = async (events: number, isSeen: (sizes: readonly number[]) => boolean) => {
    const from = portal.received.length;
    await until(async () => {
      await around.seal(id, events);
      return isSeen(portal.received.slice(from).map((received) => received.events.length));
    });
  };
  return { id, portal, set, backlog, untilSeen, [Symbol.asyncDispose]: () => portal[Symbol.asyncDispose]() };
}

test('the linger is changed while an event waits for it', async () => {
  await using given = await aPortal({ lingerMs: 60_000 });
  await around.seal(given.id, 1);
  await until(async () => (await given.backlog()).waiting === 1);
  assert.equal(given.portal.received.length, 0);
  await given.set({ lingerMs: 1 });
  const startedAt = performance.now();
  await until(() => given.portal.taken.length === 1);
  assert.ok(performance.now() - startedAt < 5_000);
});

test('the most events of a batch are changed while events come', async () => {
  await using given = await aPortal({ batchEvents: 2 });
  await around.seal(given.id, 9);
  await until(() => given.portal.taken.length === 9);
  assert.ok(given.portal.received.every(({ events }) => events.length <= 2));
  await given.set({ batchEvents: 5 });
  await given.untilSeen(10, (sizes) => sizes.includes(5));
});

test('the most bytes of a batch are changed while events come', async () => {
  await using given = await aPortal({});
  await given.untilSeen(10, (sizes) => sizes.some((size) => size > 3));
  await given.set({ batchBytes: 1_024 });
  await given.untilSeen(10, (sizes) => sizes.length > 6 && sizes.slice(-5).every((size) => size <= 3));
});

test('the time that a portal has to answer is changed while it does not answer', async () => {
  await using given = await aPortal({ timeoutMs: 1_000 });
  given.portal.behave(() => {});
  await around.seal(given.id, 1);
  await until(async () => (await given.backlog()).lastErrorText === 'no answer within 1 s');
  await given.set({ timeoutMs: 2_000 });
  await until(async () => (await given.backlog()).lastErrorText === 'no answer within 2 s', 20_000);
});

test('the retention is changed while events wait: what is older expires, and what is younger goes on', async () => {
  await using given = await aPortal({ retentionHours: 24 });
  given.portal.behave((_received, response) => response.writeHead(500).end());
  await around.seal(given.id, 5, { at: new Date(Date.now() - 2 * hourMs) });
  await around.seal(given.id, 1);
  await until(async () => (await given.backlog()).lastError === 'portal_unavailable');
  await given.set({ retentionHours: 1 });
  await until(async () => (await given.backlog()).expired === 5, 20_000);
  given.portal.behave();
  await client.resume({ portalId: given.id }, { tenant: 'home' });
  await until(() => given.portal.taken.length === 2);
  assert.deepEqual(given.portal.taken, [5, 6], 'the notice has the sequence of the last that expired');
});

test('the requests a minute are changed while events wait for their time', async () => {
  await using given = await aPortal({ requestsPerMinute: 1 });
  await around.seal(given.id, 1);
  await until(() => given.portal.taken.length === 1);
  await around.seal(given.id, 1);
  await until(async () => (await given.backlog()).waiting === 1);
  await given.set({ requestsPerMinute: 600 });
  await until(() => given.portal.taken.length === 2);
});

test('a portal that is to get each batch once from now on is told, signed, what it skipped, and that is kept', async () => {
  await using given = await aPortal({});
  const { id, portal, backlog } = given;
  portal.behave((_received, response) => response.writeHead(500).end());
  await around.seal(id, 3);
  await until(async () => (await backlog()).lastError === 'portal_unavailable');
  assert.equal((await backlog()).skipped, 0);
  await given.set({ queueKind: PortalQueueKind.PORTAL_QUEUE_KIND_SEQUENTIAL_ONCE });
  await until(async () => (await backlog()).skipped === 3, 20_000);
  portal.behave();
  await around.seal(id, 2);
  await until(() => portal.taken.length === 3);
  assert.deepEqual(portal.taken, [3, 4, 5]);
  const last = portal.received.find(({ events }) => events.at(-1)?.sequence === 5);
  assert.deepEqual([last?.events[0]?.type, last?.isSigned], ['trunkline.events.skipped.v1', true]);
  const done = await until(async () => {
    const now = await backlog();
    return now.waiting === 0 && now;
  });
  assert.deepEqual([done.headSequence, done.deliveredSequence, done.skipped], [5, 5, 3]);
  const { runtime } = await service.ready;
  const undelivered = runtime.store.collection<UndeliveredDocument>(collections.delivery.undelivered);
  const kept = await undelivered.find({ portalId: id }).sort({ sequence: 1 }).toArray();
  assert.deepEqual(
    kept.map(({ sequence, kind, reason }) => [sequence, kind, reason]),
    [1, 2, 3].map((sequence) => [sequence, 'skipped', 'tried once: the portal answered 500']),
  );
});

test('while a portal catches up its backlog tells when it will be empty, and not while it fails', async () => {
  await using given = await aPortal({ batchEvents: 2, requestsPerMinute: 600 });
  given.portal.behave((_received, response) => response.writeHead(500).end());
  for (let made = 0; made < 400; made += 1) await around.seal(given.id, 1);
  const failing = await until(async () => {
    const now = await given.backlog();
    return now.lastError !== '' && now;
  });
  assert.equal(failing.emptyAt, undefined);
  given.portal.behave();
  await client.resume({ portalId: given.id }, { tenant: 'home' });
  const told = await until(async () => {
    const now = await given.backlog();
    return now.emptyAt !== undefined && now;
  }, 20_000);
  const seconds = (Number(told.emptyAt) - Date.now()) / 1_000;
  // Twenty a second, ten requests: less where the machine is slow.
  assert.ok(seconds > told.waiting / 40 && seconds < told.waiting / 2, `${told.waiting} in ${seconds} s`);
});
