import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  ConsumerRole,
  DeliveryServiceDefinition,
  PortalKey,
  PortalKeyState,
  PortalMode,
  PortalServiceDefinition,
  PortalSettings,
} from '@trunkline/contracts';
import { createRpcClients, type HostedService, type RpcClient, secret, startService } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { delivery } from './service.ts';
import { type Surroundings, startSurroundings } from './testing/bus.ts';
import { startPortal } from './testing/portal.ts';
import { type Puller, type PullerOptions, startPuller } from './testing/puller.ts';
import { signingKeyOf } from './testing/stream.ts';

let around: Surroundings;
let service: HostedService<unknown>;
let client: RpcClient<typeof PortalServiceDefinition>;
let deliveries: RpcClient<typeof DeliveryServiceDefinition>;
let count = 0;
const tenant = 'home';

before(async () => {
  around = await startSurroundings();
  service = startService(delivery, around.env);
  const { addresses } = await service.ready;
  const clients = createRpcClients({
    identity: { service: 'gateway', token: secret('gateway-token') },
    addressOf: () => addresses.grpc ?? '',
  });
  client = clients.of(PortalServiceDefinition, 'delivery');
  deliveries = clients.of(DeliveryServiceDefinition, 'delivery');
});

after(async () => {
  await service?.stop();
  await around?.[Symbol.asyncDispose]();
});

/** A portal without an address whose primary consumer is called `crm`. */
async function aPortal() {
  count += 1;
  const id = `pull${count}`;
  const serve = async (primaryConsumer: string, url = '', keys: PortalKey[] = []) => {
    const settings = PortalSettings.fromPartial({ primaryConsumer, lingerMs: 1 });
    await around.setPortal({ id, url, settings, keys });
  };
  await serve('crm');
  const backlog = () => deliveries.getBacklog({ portalId: id }, { tenant });
  const pull = (more: Partial<PullerOptions> = {}, onBatch?: (puller: Puller) => unknown) =>
    startPuller(client, { portalId: id, consumer: 'crm', signingKey: signingKeyOf(id), ...more }, onBatch);
  const delivered = (sequence: number) =>
    until(async () => {
      const now = await backlog();
      assert.equal(now.headSequence, now.deliveredSequence + now.waiting);
      return now.deliveredSequence === sequence && now;
    });
  return { id, serve, backlog, pull, delivered };
}

function numbers(last: number, first = 1): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

const acknowledging = (puller: Puller) => puller.acknowledge();

test('a portal without an address pulls: signed batches in order, and what it acknowledges is delivered', async () => {
  const { id, pull, delivered } = await aPortal();
  await around.seal(id, 150);
  await using puller = pull({}, acknowledging);
  for (let round = 0; round < 10; round += 1) await around.seal(id, 7);
  await until(() => puller.items.length === 220);
  assert.deepEqual(puller.sequences, numbers(220));
  assert.ok(puller.areSigned);
  const backlog = await delivered(220);
  assert.equal(backlog.mode, PortalMode.PORTAL_MODE_PULL);
  assert.deepEqual([backlog.pauseReason, backlog.lastError], ['', '']);
});

test('no more than max_unacknowledged events come beyond the acknowledgement; a new subscription begins behind it', async () => {
  const { id, pull, delivered } = await aPortal();
  await around.seal(id, 100);
  await using puller = pull({ maxUnacknowledged: 30 });
  await until(() => puller.items.length === 30);
  await puller.acknowledge(12);
  await until(() => puller.items.length === 42);
  await puller.acknowledge(42);
  await until(() => puller.items.length === 72);
  await delivered(42);
  assert.deepEqual(puller.sequences, numbers(72));
  await puller[Symbol.asyncDispose]();
  await using again = pull({}, acknowledging);
  await until(() => again.items.length === 58);
  assert.deepEqual(again.sequences, numbers(100, 43));
  await delivered(100);
});

test('an acknowledgement is cumulative, never above the last sequence, and of no former epoch', async () => {
  const { id, pull } = await aPortal();
  await around.seal(id, 10);
  await using puller = pull();
  await until(() => puller.items.length === 10);
  assert.equal(await puller.acknowledge(8), 8);
  assert.equal(await puller.acknowledge(3), 8, 'what is said late changes nothing');
  await assert.rejects(puller.acknowledge(11), { code: 'invalid_argument', message: /sequence: is at most 10/ });
  const request = { portalId: id, consumer: 'crm', sequence: 9, epoch: puller.epoch + 1 };
  await assert.rejects(client.acknowledge(request, { tenant }), { code: 'aborted' });
  const without = client.acknowledge({ ...request, epoch: 0 }, { tenant });
  await assert.rejects(without, { code: 'invalid_argument', message: /epoch/ });
  const unknown = client.acknowledge({ ...request, consumer: 'nobody' }, { tenant });
  await assert.rejects(unknown, { code: 'not_found' });
});

test('a newer subscription of the same consumer ends the former one with words', async () => {
  const { id, pull } = await aPortal();
  await around.seal(id, 5);
  await using former = pull();
  await until(() => former.items.length === 5);
  await using newer = pull({}, acknowledging);
  await until(() => former.ended !== undefined);
  assert.equal(former.ended?.code, 'aborted');
  assert.match(former.ended?.publicMessage ?? '', /newer subscription/);
  await until(() => newer.items.length === 5);
});

test('a follower reads beside the primary consumer, from where it likes, and counts for nothing', async () => {
  const { id, pull, delivered, backlog } = await aPortal();
  await around.seal(id, 20);
  await using primary = pull({}, acknowledging);
  await delivered(20);
  await using follower = pull({ consumer: 'copy', fromSequence: 5 }, acknowledging);
  await using late = pull({ consumer: 'late' });
  await until(() => follower.items.length === 16 && late.epoch > 0);
  await primary[Symbol.asyncDispose]();
  await around.seal(id, 10);
  await until(() => follower.items.length === 26 && late.items.length === 10);
  assert.deepEqual([primary.isPrimary, follower.isPrimary], [true, false]);
  assert.deepEqual([follower.sequences, late.sequences], [numbers(30, 5), numbers(30, 21)]);
  assert.equal((await backlog()).deliveredSequence, 20, 'what followers acknowledge moves nothing');
  const { consumers } = await client.listConsumers({ portalId: id }, { tenant });
  const told = consumers.map(({ name, role, acknowledgedSequence }) => [name, role, acknowledgedSequence]);
  const { CONSUMER_ROLE_FOLLOWER: isFollower, CONSUMER_ROLE_PRIMARY: isPrimary } = ConsumerRole;
  assert.deepEqual(told, [
    ['copy', isFollower, 30],
    ['crm', isPrimary, 20],
    ['late', isFollower, 20],
  ]);
  await using beyond = pull({ consumer: 'beyond', fromSequence: 40 });
  await until(() => beyond.ended !== undefined);
  assert.equal(beyond.ended?.code, 'invalid_argument');
});

test('a consumer that is deleted loses its stream; the primary one cannot be deleted', async () => {
  const { id, pull } = await aPortal();
  await using primary = pull();
  await using follower = pull({ consumer: 'copy' });
  await until(() => follower.epoch > 0 && primary.epoch > 0);
  await client.deleteConsumer({ portalId: id, consumer: 'copy' }, { tenant });
  await client.deleteConsumer({ portalId: id, consumer: 'copy' }, { tenant });
  await until(() => follower.ended?.code === 'not_found');
  const refused = client.deleteConsumer({ portalId: id, consumer: 'crm' }, { tenant });
  await assert.rejects(refused, { code: 'failed_precondition' });
});

test('events that expire while nobody pulls come as one notice in their place', async () => {
  const { id, pull, delivered, backlog } = await aPortal();
  await around.seal(id, 300, { at: new Date(Date.now() - 25 * 3_600_000) });
  await around.seal(id, 3);
  await until(async () => (await backlog()).expired === 300);
  await using puller = pull({}, acknowledging);
  await until(() => puller.items.length === 4);
  assert.deepEqual(puller.sequences, [300, 301, 302, 303]);
  assert.equal(puller.items[0]?.type, 'trunkline.events.expired.v1');
  assert.ok(puller.areSigned);
  await delivered(303);
  await puller[Symbol.asyncDispose]();
  await using again = pull();
  await until(() => again.epoch > 0);
  await around.seal(id, 1);
  await until(() => again.items.length > 0);
  assert.deepEqual(again.sequences, [304], 'the notice was acknowledged');
});

test('a stream tells nothing while the portal is paused, and goes on when it is resumed', async () => {
  const { id, pull, delivered } = await aPortal();
  await using puller = pull({}, acknowledging);
  await until(() => puller.epoch > 0);
  await deliveries.pause({ portalId: id, reason: 'the portal moves house' }, { tenant });
  await around.seal(id, 3);
  await until(async () => (await deliveries.getBacklog({ portalId: id }, { tenant })).waiting === 3);
  assert.equal(puller.items.length, 0);
  await deliveries.resume({ portalId: id }, { tenant });
  await delivered(3);
});

test('push to pull to push to another consumer: the cursor goes along, without a gap, without a repeat beyond it', async () => {
  const { id, serve, pull, delivered } = await aPortal();
  await using portal = await startPortal(signingKeyOf(id));
  let sealed = 0;
  const load = async (rounds: number) => {
    for (let round = 0; round < rounds; round += 1) sealed += (await around.seal(id, 3)).length;
  };
  await serve('', portal.url);
  await load(20);
  await until(() => portal.taken.length >= 30);
  const pushedBefore = load(20);
  await serve('crm', portal.url);
  await using puller = pull({ maxUnacknowledged: 50 }, acknowledging);
  await pushedBefore;
  await load(20);
  await until(() => puller.sequences.at(-1) === sealed);
  const pushed = portal.taken.length;
  assert.deepEqual(portal.taken, numbers(pushed));
  assert.deepEqual(puller.sequences, numbers(sealed, pushed + 1), 'pulled from where pushing ended');
  const acknowledged = await puller.acknowledge();
  await serve('', portal.url);
  await until(() => puller.ended?.code === 'aborted');
  const late = puller.acknowledge();
  await assert.rejects(late, { code: 'aborted', publicMessage: /handed over after/ });
  await load(10);
  await until(() => portal.taken.at(-1) === sealed);
  assert.deepEqual(portal.taken.slice(pushed), numbers(sealed, acknowledged + 1));
  assert.deepEqual(portal.repeats, []);
  await delivered(sealed);
  await serve('other', portal.url);
  await load(5);
  await using other = pull({ consumer: 'other' }, acknowledging);
  await delivered(sealed);
  assert.deepEqual(other.sequences, numbers(sealed, (portal.taken.at(-1) ?? 0) + 1));
});

test('a follower that becomes the primary consumer begins at the cursor, and its former acknowledgements do not count', async () => {
  const { id, serve, pull, delivered } = await aPortal();
  await around.seal(id, 10);
  await using primary = pull();
  await until(() => primary.items.length === 10);
  await primary.acknowledge(4);
  await using follower = pull({ consumer: 'copy', fromSequence: 8 }, acknowledging);
  await until(() => follower.sequences.at(-1) === 10);
  await serve('copy');
  await until(() => follower.ended?.code === 'aborted' && primary.ended !== undefined);
  await using next = pull({ consumer: 'copy' }, acknowledging);
  await until(() => next.items.length === 6);
  assert.deepEqual(next.sequences, numbers(10, 5));
  await assert.rejects(follower.acknowledge(10), { code: 'aborted' });
  await delivered(10);
});

test('what was sealed under a key that is deleted comes under another one, or as a notice that it will not come', async () => {
  const { id, serve, pull, delivered, backlog } = await aPortal();
  await around.seal(id, 10);
  await using former = pull();
  await until(() => former.items.length === 10);
  await former[Symbol.asyncDispose]();
  const { PORTAL_KEY_STATE_DELETED: deleted, PORTAL_KEY_STATE_VALID: valid } = PortalKeyState;
  await serve('crm', '', [
    PortalKey.fromPartial({ kid: 'k', state: deleted }),
    PortalKey.fromPartial({ kid: 'k2', state: valid }),
  ]);
  await using follower = pull({ consumer: 'copy', fromSequence: 1 }, acknowledging);
  await using puller = pull({}, acknowledging);
  await delivered(10);
  for (const { items } of [puller, follower]) {
    assert.deepEqual(
      items.map(({ sequence }) => sequence),
      numbers(10),
    );
    const kinds = items.map(({ type, data }) => (type === 'trunkline.events.withheld.v1' ? 'withheld' : data));
    assert.deepEqual(
      kinds,
      numbers(10).map((sequence) => (sequence === 7 ? 'withheld' : 'anew')),
    );
  }
  assert.equal((await backlog()).withheld, 1);
});

test('another tenant neither subscribes, nor acknowledges, nor lists, nor deletes; names and numbers have bounds', async () => {
  const { id, pull } = await aPortal();
  await using primary = pull();
  await until(() => primary.epoch > 0);
  await using stranger = pull({ tenant: 'other' });
  await until(() => stranger.ended !== undefined);
  assert.equal(stranger.ended?.code, 'not_found');
  const as = { tenant: 'other' };
  const place = { portalId: id, consumer: 'crm' };
  await assert.rejects(client.acknowledge({ ...place, sequence: 0, epoch: 1 }, as), { code: 'not_found' });
  await assert.rejects(client.listConsumers({ portalId: id }, as), { code: 'not_found' });
  await assert.rejects(client.deleteConsumer(place, as), { code: 'not_found' });
  for (const wrong of [{ consumer: 'a b' }, { consumer: '' }, { maxUnacknowledged: 10_001 }]) {
    await using refused = pull(wrong);
    await until(() => refused.ended !== undefined);
    assert.equal(refused.ended?.code, 'invalid_argument');
  }
  for (let each = 1; each < 16; each += 1) {
    await using follower = pull({ consumer: `copy${each}` });
    await until(() => follower.epoch > 0);
  }
  await using surplus = pull({ consumer: 'copy16' });
  await until(() => surplus.ended?.code === 'failed_precondition');
});
