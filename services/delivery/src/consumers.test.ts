import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ConsumerRole, PortalServiceDefinition } from '@trunkline/contracts';
import { createRpcClients, secret, startService } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { delivery } from './service.ts';
import { startPortal } from './testing/portal.ts';
import { acknowledging, numbers, type PullWorld, startPullWorld, tenant } from './testing/pull-world.ts';
import { startPuller } from './testing/puller.ts';
import { signingKeyOf } from './testing/stream.ts';

let world: PullWorld;
before(async () => {
  world = await startPullWorld();
});
after(async () => {
  await world?.[Symbol.asyncDispose]();
});

test('a newer subscription of the same consumer ends the former one with words', async () => {
  const { id, pull } = await world.aPortal();
  await world.around.seal(id, 5);
  await using former = pull();
  await until(() => former.items.length === 5);
  await using newer = pull({}, acknowledging);
  await until(() => former.ended !== undefined);
  assert.equal(former.ended?.code, 'aborted');
  assert.match(former.ended?.publicMessage ?? '', /newer subscription/);
  await until(() => newer.items.length === 5);
});

test('a follower reads beside the primary consumer, from where it likes, and counts for nothing', async () => {
  const { id, pull, delivered, backlog } = await world.aPortal();
  await world.around.seal(id, 20);
  await using primary = pull({}, acknowledging);
  await delivered(20);
  await using follower = pull({ consumer: 'copy', fromSequence: 5 }, acknowledging);
  await using late = pull({ consumer: 'late' });
  await until(() => follower.items.length === 16 && late.epoch > 0);
  await primary[Symbol.asyncDispose]();
  await world.around.seal(id, 10);
  await until(() => follower.items.length === 26 && late.items.length === 10);
  assert.deepEqual([primary.isPrimary, follower.isPrimary], [true, false]);
  assert.deepEqual([follower.sequences, late.sequences], [numbers(30, 5), numbers(30, 21)]);
  assert.equal((await backlog()).deliveredSequence, 20, 'what followers acknowledge moves nothing');
  const { consumers } = await world.client.listConsumers({ portalId: id }, { tenant });
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
  const { id, pull } = await world.aPortal();
  await using primary = pull();
  await using follower = pull({ consumer: 'copy' });
  await until(() => follower.epoch > 0 && primary.epoch > 0);
  await world.client.deleteConsumer({ portalId: id, consumer: 'copy' }, { tenant });
  await world.client.deleteConsumer({ portalId: id, consumer: 'copy' }, { tenant });
  await until(() => follower.ended?.code === 'not_found');
  const refused = world.client.deleteConsumer({ portalId: id, consumer: 'crm' }, { tenant });
  await assert.rejects(refused, { code: 'failed_precondition' });
});

test('push to pull to push to another consumer: the cursor goes along, without a gap, without a repeat beyond it', async () => {
  const { id, serve, pull, delivered } = await world.aPortal();
  await using portal = await startPortal(signingKeyOf(id));
  let sealed = 0;
  const load = async (rounds: number) => {
    for (let round = 0; round < rounds; round += 1) sealed += (await world.around.seal(id, 3)).length;
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
  const { id, serve, pull, delivered } = await world.aPortal();
  await world.around.seal(id, 10);
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

test('another tenant neither subscribes, nor acknowledges, nor lists, nor deletes; names and numbers have bounds', async () => {
  const { id, pull } = await world.aPortal();
  await using primary = pull();
  await until(() => primary.epoch > 0);
  await using stranger = pull({ tenant: 'other' });
  await until(() => stranger.ended !== undefined);
  assert.equal(stranger.ended?.code, 'not_found');
  const as = { tenant: 'other' };
  const place = { portalId: id, consumer: 'crm' };
  await assert.rejects(world.client.acknowledge({ ...place, sequence: 0, epoch: 1 }, as), { code: 'not_found' });
  await assert.rejects(world.client.listConsumers({ portalId: id }, as), { code: 'not_found' });
  await assert.rejects(world.client.deleteConsumer(place, as), { code: 'not_found' });
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

test('an instance that stops ends its streams with words; the consumer goes on at another one', async () => {
  const { id, pull, delivered } = await world.aPortal();
  await world.around.seal(id, 5);
  const second = startService(delivery, world.around.env);
  const { addresses } = await second.ready;
  const identity = { service: 'gateway', token: secret('gateway-token') };
  const clients = createRpcClients({ identity, addressOf: () => addresses.grpc ?? '' });
  const client = clients.of(PortalServiceDefinition, 'delivery');
  await until(() => client.listConsumers({ portalId: id }, { tenant }).then(Boolean, () => false));
  const options = { portalId: id, consumer: 'crm', signingKey: signingKeyOf(id) };
  await using stopped = startPuller(client, options, acknowledging);
  await until(() => stopped.items.length === 5);
  await second.stop();
  await until(() => stopped.ended !== undefined);
  assert.equal(stopped.ended?.code, 'unavailable');
  assert.match(stopped.ended?.publicMessage ?? '', /ends this stream/);
  clients.close();
  await using elsewhere = pull({}, acknowledging);
  await world.around.seal(id, 5);
  await delivered(10);
  assert.deepEqual(elsewhere.sequences, numbers(10, 6));
});
