import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Backlog, collections, DeliveryServiceDefinition, PortalMode, PortalSettings } from '@trunkline/contracts';
import { createRpcClients, type HostedService, type RpcClient, secret, startService } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { delivery } from './service.ts';
import type { UndeliveredDocument } from './store/undelivered.ts';
import { type Surroundings, startSurroundings } from './testing/bus.ts';
import { answer, startPortal, type TestPortal } from './testing/portal.ts';
import { signingKeyOf } from './testing/stream.ts';

let around: Surroundings;
let service: HostedService<unknown>;
let client: RpcClient<typeof DeliveryServiceDefinition>;
let count = 0;

before(async () => {
  around = await startSurroundings();
  const hosted = startService(delivery, around.env);
  service = hosted;
  const { addresses } = await hosted.ready;
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

/** A portal that is known to the directory; requests time out after a second and linger not at all. */
async function aPortal(more: { id?: string; tenantId?: string; timeoutMs?: number; url?: string } = {}) {
  count += 1;
  const id = more.id ?? `portal${count}`;
  const portal = await startPortal(signingKeyOf(id));
  const { tenantId = 'home', timeoutMs = 1_000, url = portal.url } = more;
  const settings = PortalSettings.fromPartial({ lingerMs: 1, timeoutMs });
  await around.setPortal({ id, tenantId, url, settings });
  const backlog = () => client.getBacklog({ portalId: id }, { tenant: tenantId });
  return { id, portal, backlog, [Symbol.asyncDispose]: () => portal[Symbol.asyncDispose]() };
}

function numbers(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

async function untilTaken(portal: TestPortal, last: number): Promise<void> {
  await until(() => portal.taken.length >= last);
  assert.deepEqual(portal.taken, numbers(last));
}

/** The portal has everything, and the numbers say so. */
async function untilDone(backlog: () => Promise<Backlog>, head: number): Promise<Backlog> {
  return await until(async () => {
    const now = await backlog();
    assert.equal(now.headSequence, now.deliveredSequence + now.waiting);
    return now.headSequence === head && now.waiting === 0 && now;
  });
}

test('events arrive in order, signed, in batches, and nothing is left waiting', async () => {
  await using given = await aPortal();
  const { id, portal, backlog } = given;
  for (let round = 0; round < 20; round += 1) await around.seal(id, 7);
  await untilTaken(portal, 140);
  assert.ok(portal.received.every(({ isSigned }) => isSigned));
  assert.ok(portal.received.every(({ events }) => events.length <= 100));
  assert.deepEqual(portal.repeats, []);
  const done = await untilDone(backlog, 140);
  assert.equal(done.mode, PortalMode.PORTAL_MODE_LIVE);
  assert.equal(done.lastError, '');
});

test('a request carries the trace of its events, and none where none is sampled', async () => {
  await using given = await aPortal();
  const { id, portal } = given;
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  await around.seal(id, 1, { traceparent: `00-${traceId}-b7ad6b7169203331-01` });
  await untilTaken(portal, 1);
  await around.seal(id, 1);
  await untilTaken(portal, 2);
  assert.equal(portal.received[0]?.traceparent?.split('-')[1], traceId);
  assert.equal(portal.received[1]?.traceparent, undefined);
});

test('a portal that answers 500 and then comes back gets everything in order', async () => {
  await using given = await aPortal();
  const { id, portal, backlog } = given;
  portal.behave((_received, response) => response.writeHead(500).end());
  await around.seal(id, 30);
  const broken = await until(async () => {
    const now = await backlog();
    return now.lastError !== '' && now;
  });
  assert.deepEqual(
    [broken.mode, broken.lastError, broken.waiting],
    [PortalMode.PORTAL_MODE_DRAIN, 'portal_unavailable', 30],
  );
  assert.equal(broken.lastErrorText, 'the portal answered 500');
  assert.ok(broken.oldestAt !== undefined && broken.nextAttemptAt !== undefined);
  portal.behave();
  await around.seal(id, 30);
  await untilTaken(portal, 60);
  await untilDone(backlog, 60);
});

test('while one portal hangs, the others wait for nothing', async () => {
  await using hanging = await aPortal({ timeoutMs: 3_000 });
  await using well = await aPortal();
  hanging.portal.behave(() => {});
  await around.seal(hanging.id, 5);
  await until(() => hanging.portal.received.length > 0);
  const startedAt = performance.now();
  for (let round = 0; round < 50; round += 1) await around.seal(well.id, 1);
  await untilTaken(well.portal, 50);
  assert.ok(performance.now() - startedAt < 2_500, 'sooner than the hanging one gives up');
  const given = await until(async () => {
    const now = await hanging.backlog();
    return now.lastError === 'portal_timeout' && now;
  });
  assert.equal(given.waiting, 5);
  hanging.portal.behave();
  await untilTaken(hanging.portal, 5);
});

test('a connection that breaks after the portal took all means a repeat, not a loss', async () => {
  await using given = await aPortal();
  const { id, portal, backlog } = given;
  let broken = 0;
  portal.behave((received, response) => {
    portal.take(received);
    broken += 1;
    if (broken > 1) return response.writeHead(204).end();
    return response.destroy();
  });
  await around.seal(id, 5);
  await untilDone(backlog, 5);
  assert.deepEqual(portal.taken, numbers(5));
  assert.ok(portal.repeats.length > 0);
});

test('a portal that takes the first few gets the rest next', async () => {
  await using given = await aPortal();
  const { id, portal, backlog } = given;
  portal.behave((received, response) => {
    portal.take(received, 2);
    answer(response, 200, { accepted: Math.min(2, received.events.length) });
  });
  await around.seal(id, 9);
  await untilTaken(portal, 9);
  assert.deepEqual(portal.repeats, []);
  await untilDone(backlog, 9);
});

test('a redirect is not followed', async () => {
  await using elsewhere = await aPortal();
  await using given = await aPortal();
  const { id, portal, backlog } = given;
  portal.behave((_received, response) => response.writeHead(307, { location: elsewhere.portal.url }).end());
  await around.seal(id, 1);
  await until(async () => (await backlog()).lastError === 'portal_redirected');
  assert.equal(elsewhere.portal.received.length, 0);
});

test('a private address is refused to a tenant that was not allowed it', async () => {
  await using given = await aPortal({ tenantId: 'stranger' });
  await around.seal(given.id, 1);
  await until(async () => (await given.backlog()).lastError === 'portal_address_refused');
  assert.equal(given.portal.received.length, 0);
});

test('an endless answer costs a second, and its status counts', async () => {
  await using given = await aPortal({ timeoutMs: 10_000 });
  const { id, portal, backlog } = given;
  portal.behave((received, response) => {
    portal.take(received);
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.write('and so on ');
  });
  await around.seal(id, 1);
  await untilDone(backlog, 1);
  assert.deepEqual(portal.repeats, []);
});

test('an event that the portal refuses by name is kept, and the portal is told by a notice in its place', async () => {
  await using given = await aPortal();
  const { id, portal, backlog } = given;
  portal.behave((received, response) => {
    const refused = received.events.find((event) => event.id === `${id}-4`);
    if (refused !== undefined) return answer(response, 422, { refused: refused.id });
    portal.take(received);
    return response.writeHead(204).end();
  });
  await around.seal(id, 9);
  const done = await untilDone(backlog, 9);
  assert.equal(done.parked, 1);
  assert.deepEqual(portal.taken, numbers(9), 'the notice has the sequence of the refused event');
  const notice = portal.received
    .flatMap(({ events }) => events)
    .find(({ sequence, id: its }) => sequence === 4 && its !== `${id}-4`);
  assert.equal(notice?.type, 'trunkline.events.parked.v1');
  const { runtime } = await service.ready;
  const kept = await runtime.store
    .collection<UndeliveredDocument>(collections.delivery.undelivered)
    .findOne({ portalId: id });
  assert.deepEqual([kept?.eventId, kept?.sequence, kept?.kind], [`${id}-4`, 4, 'parked']);
});

test('events older than the retention expire as one range, and what is younger goes on', async () => {
  await using given = await aPortal();
  const { id, portal, backlog } = given;
  await around.seal(id, 300, { at: new Date(Date.now() - 25 * 3_600_000) });
  await around.seal(id, 3);
  const done = await untilDone(backlog, 303);
  assert.equal(done.expired, 300);
  assert.deepEqual(portal.taken, [300, 301, 302, 303]);
  assert.equal(portal.received[0]?.events[0]?.type, 'trunkline.events.expired.v1');
});

test('what delivery does is measured', async () => {
  await using given = await aPortal();
  await around.seal(given.id, 2);
  await untilTaken(given.portal, 2);
  const { addresses } = await service.ready;
  const text = await (await fetch(`${addresses.metrics}/metrics`)).text();
  assert.match(text, /trunkline_delivery_attempts_total\{pool="live",outcome="accepted".*\} \d/);
  assert.match(text, /trunkline_delivery_oldest_seconds\{mode="drain".*\} \d/);
  assert.match(text, /trunkline_delivery_waiting\{mode="live".*\} \d/);
  assert.match(text, /trunkline_delivery_batch_events_count/);
});

test('a paused portal gets nothing until it is resumed, and its tenant alone may say so', async () => {
  await using given = await aPortal();
  const { id, portal, backlog } = given;
  await assert.rejects(client.pause({ portalId: id, reason: 'x' }, { tenant: 'other' }), { code: 'not_found' });
  await assert.rejects(client.pause({ portalId: id, reason: '' }, { tenant: 'home' }), { code: 'invalid_argument' });
  const paused = await client.pause({ portalId: id, reason: 'the portal moves house' }, { tenant: 'home' });
  assert.deepEqual([paused.mode, paused.pauseReason], [PortalMode.PORTAL_MODE_PAUSED, 'the portal moves house']);
  await around.seal(id, 3);
  await until(async () => (await backlog()).waiting === 3);
  assert.equal(portal.received.length, 0);
  await client.resume({ portalId: id }, { tenant: 'home' });
  await untilTaken(portal, 3);
});

test('a portal that waits for its next attempt is tried at once when somebody resumes it', async () => {
  await using given = await aPortal();
  const { id, portal, backlog } = given;
  portal.behave((_received, response) => response.writeHead(503, { 'retry-after': '600' }).end());
  await around.seal(id, 2);
  await until(async () => Number((await backlog()).nextAttemptAt ?? 0) > Date.now() + 60_000);
  portal.behave();
  await client.resume({ portalId: id }, { tenant: 'home' });
  await untilTaken(portal, 2);
});

test('a portal that says it is gone is paused, with the reason', async () => {
  await using given = await aPortal();
  const { id, portal, backlog } = given;
  portal.behave((_received, response) => response.writeHead(410).end());
  await around.seal(id, 1);
  await until(async () => /portal_gone/.test((await backlog()).pauseReason));
  portal.behave();
  await client.resume({ portalId: id }, { tenant: 'home' });
  await untilTaken(portal, 1);
});

test('a portal without a valid key is not sent to, and the reason is told', async () => {
  await using given = await aPortal({ id: 'keyless' });
  await around.seal(given.id, 1);
  await until(async () => (await given.backlog()).lastError === 'no_key');
  assert.equal(given.portal.received.length, 0);
});

test('the backlogs of a tenant are listed in pages, and of no other tenant', async () => {
  const tenantId = 'other';
  const portals = await Promise.all([1, 2, 3].map((each) => aPortal({ id: `listed${each}`, tenantId })));
  for (const { id } of portals) await around.seal(id, 2);
  for (const { backlog } of portals) await untilDone(backlog, 2);
  const first = await client.listBacklogs({ tenantId: '', pageSize: 2, pageToken: '' }, { tenant: tenantId });
  const rest = { tenantId: '', pageSize: 2, pageToken: first.nextPageToken };
  const second = await client.listBacklogs(rest, { tenant: tenantId });
  const ids = [...first.backlogs, ...second.backlogs].map(({ portalId }) => portalId);
  assert.deepEqual(ids, ['listed1', 'listed2', 'listed3']);
  assert.equal(second.nextPageToken, '');
  for (const portal of portals) await portal[Symbol.asyncDispose]();
});
