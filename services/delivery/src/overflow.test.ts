import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  bucketStream,
  buckets,
  DeliveryServiceDefinition,
  directoryKeys,
  IngressItem,
  PortalMode,
  PortalSettings,
} from '@trunkline/contracts';
import {
  createDoor,
  createRpcClients,
  type Door,
  defineService,
  type HostedService,
  type LogPort,
  openBodyStore,
  type RpcClient,
  secret,
  startService,
  watchRoom,
} from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { z } from 'zod';
import { delivery } from './service.ts';
import { type Surroundings, startSurroundings } from './testing/bus.ts';
import { answer, startPortal } from './testing/portal.ts';
import { signingKeyOf } from './testing/stream.ts';

let around: Surroundings;
let service: HostedService<unknown>;
let client: RpcClient<typeof DeliveryServiceDefinition>;
let door: Door;
let bus: LogPort;
let env: Record<string, string>;
const started = new AsyncDisposableStack();
/** Who has a door: the product's, as a connector or the normalizer has it. */
const doorkeeper = defineService({ name: 'test', config: z.object({}), uses: { bus: true }, start: async () => {} });
/** Some forty events of this test. */
const limitMib = 0.02;

before(async () => {
  around = started.use(await startSurroundings());
  env = { ...around.env, TENANT_OVERFLOW_MIB: String(limitMib) };
  await start();
  const { nats, signal, ...runtime } = (await started.use(startService(doorkeeper, { ...around.env })).ready).runtime;
  bus = runtime.bus;
  door = started.use(createDoor({ bus, bodies: openBodyStore(nats, bus), room: watchRoom(nats, signal).room }));
});

after(async () => {
  await service?.stop();
  await started.disposeAsync();
});

async function start(): Promise<void> {
  service = startService(delivery, env);
  const { addresses } = await service.ready;
  const identity = { service: 'gateway', token: secret('gateway-token') };
  const clients = createRpcClients({ identity, addressOf: () => addresses.grpc ?? '' });
  started.defer(() => clients.close());
  client = clients.of(DeliveryServiceDefinition, 'delivery');
}

async function aPortal(id: string, tenantId = 'home') {
  const portal = await startPortal(signingKeyOf(id));
  const settings = PortalSettings.fromPartial({ lingerMs: 1, timeoutMs: 1_000 });
  await around.setPortal({ id, tenantId, url: portal.url, settings });
  const backlog = () => client.getBacklog({ portalId: id }, { tenant: tenantId });
  return { id, portal, backlog, [Symbol.asyncDispose]: () => portal[Symbol.asyncDispose]() };
}

const numbers = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

function hookCall(): IngressItem {
  const call = { channelId: 'c1', connector: 'telegram', raw: Buffer.from('{}') };
  return IngressItem.fromPartial({ item: { $case: 'hookCall', value: call } });
}

function submission(tenantId: string): IngressItem {
  return IngressItem.fromPartial({ item: { $case: 'submission', value: { tenantId, idempotencyKey: 'k' } } });
}

/** What both doors of a tenant say: the words of the refusal, or that they take it. */
async function heard(tenantId: string): Promise<unknown[]> {
  const calls = [
    () => door.enter(0, hookCall(), tenantId),
    () => door.submit(0, submission(tenantId), `${tenantId} ${Math.random()}`),
  ];
  return await Promise.all(
    calls.map((call) =>
      call().then(
        () => 'taken',
        (error: unknown) => error,
      ),
    ),
  );
}

const areTaken = (answers: unknown[]) => answers.every((each) => each === 'taken');
const areRefused = (answers: unknown[]) => answers.every((each) => each !== 'taken');

test('what lies in the object store is delivered in its order, signed, between what does not', async () => {
  await using given = await aPortal('mixed');
  await around.seal('mixed', 5);
  await around.overflow('mixed', 5);
  await around.overflow('mixed', 5);
  await around.seal('mixed', 5);
  await around.overflow('mixed', 1);
  await until(() => given.portal.taken.length === 21);
  assert.deepEqual([given.portal.taken, given.portal.repeats], [numbers(21), []]);
  assert.ok(given.portal.received.every(({ isSigned }) => isSigned));
  const done = await until(async () => {
    const now = await given.backlog();
    return now.waiting === 0 && now.mode === PortalMode.PORTAL_MODE_LIVE && now;
  });
  assert.deepEqual([done.overflowedBytes, done.overflowedMessages], [0, 0]);
});

test('a tenant whose portals hold as much as they may hears 503 with a remedy, the others hear nothing, and its door opens again by itself', async () => {
  await using given = await aPortal('full');
  await using other = await aPortal('well', 'other');
  given.portal.behave((_received, response) => answer(response, 503, {}));
  for (let message = 0; message < 10; message += 1) await around.overflow('full', 5);
  const backlog = await given.backlog();
  assert.equal(backlog.overflowedMessages, 10);
  assert.ok(backlog.overflowedBytes > limitMib * 1024 ** 2, `${backlog.overflowedBytes} bytes`);

  await until(async () => areRefused(await heard('home')));
  for (const refusal of await heard('home')) {
    assert.equal(Reflect.get(refusal as object, 'code'), 'unavailable');
    assert.equal(Reflect.get(refusal as object, 'certain'), true);
    assert.match(String(Reflect.get(refusal as object, 'publicMessage')), /Too much waits for the portals/);
    assert.match(String(Reflect.get(refusal as object, 'remedy')), /Bring the portal .* back/);
  }
  assert.ok(areTaken(await heard('other')));
  const metrics = async () => (await service.ready).runtime.metrics.text();
  await until(async () => /trunkline_tenant_doors_closed\{[^}]*\} 1/.test(await metrics()));
  assert.match(await metrics(), /trunkline_overflow_messages\{[^}]*\} 10/);
  await around.seal('well', 3);
  await until(() => other.portal.taken.length === 3);

  // It is said again and again: without that the door would open after a minute.
  const flag = [
    bucketStream(buckets.directory),
    `$KV.${buckets.directory}.${directoryKeys.tenantRoom('home')}`,
  ] as const;
  const word = async () => await bus.lastOf(...flag);
  const said = (await word())?.sequence ?? assert.fail();
  const again = await until(async () => {
    const last = await word();
    return (last?.sequence ?? 0) > said && last;
  });
  assert.equal(String(Buffer.from(again.data)), 'closed');

  // Whoever takes the lane over goes on closing it.
  await service.stop();
  await start();
  await until(async () => (await given.backlog()).owner !== '');
  assert.ok(areRefused(await heard('home')));

  given.portal.behave();
  await client.resume({ portalId: 'full' }, { tenant: 'home' });
  await until(() => given.portal.taken.length === 50);
  assert.deepEqual(given.portal.taken, numbers(50));
  await until(async () => areTaken(await heard('home')));
  await until(async () => /trunkline_tenant_doors_closed\{[^}]*\} 0/.test(await metrics()));
});

test('a portal whose object is not as it was stored stops, says why in words, and goes on when it is back', async () => {
  await using given = await aPortal('holed');
  await using other = await aPortal('whole');
  given.portal.behave((_received, response) => answer(response, 503, {}));
  await around.seal('holed', 2);
  await around.overflow('holed', 3);
  await around.seal('holed', 1);
  const putBack = await around.damage('holed');
  given.portal.behave();
  await client.resume({ portalId: 'holed' }, { tenant: 'home' });
  const { pauseReason } = await until(async () => {
    const now = await given.backlog();
    return now.pauseReason !== '' && now;
  }, 60_000);
  assert.equal(pauseReason, 'gap: events 3 to 5 cannot be read back whole from the object store');
  assert.deepEqual(given.portal.taken, [1, 2]);
  await around.seal('whole', 1);
  await until(() => other.portal.taken.length === 1);

  await putBack();
  await client.resume({ portalId: 'holed' }, { tenant: 'home' });
  await until(() => given.portal.taken.length === 6);
  assert.deepEqual(given.portal.taken, numbers(6));
});

test('a range of the stream is stated although its events lie in the object store, be it there or not', async () => {
  await using given = await aPortal('stated');
  await around.overflow('stated', 4);
  await around.overflow('stated', 4);
  await until(() => given.portal.taken.length === 8);
  await around.damage('stated');
  await until(async () => (await around.recordedOf('stated')) === 8);
  const { statement } = await client.verifyRange(
    { portalId: 'stated', fromSequence: 2, toSequence: 7 },
    { tenant: 'home' },
  );
  assert.ok(statement.length > 0);
});
