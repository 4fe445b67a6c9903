import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  DeliveryServiceDefinition,
  PortalKey,
  PortalKeyState,
  PortalMode,
  PortalSettings,
  ReplayRequest,
  ReplayState,
} from '@trunkline/contracts';
import { createRpcClients, type HostedService, type RpcClient, secret, startService } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { delivery } from './service.ts';
import { type Surroundings, startSurroundings } from './testing/bus.ts';
import { startPortal } from './testing/portal.ts';
import { startSdkPortal } from './testing/sdk-portal.ts';
import { signingKeyOf } from './testing/stream.ts';

const hourMs = 3_600_000;
const home = { tenant: 'home' };
let around: Surroundings;
let service: HostedService<unknown>;
let client: RpcClient<typeof DeliveryServiceDefinition>;
let count = 0;

before(async () => {
  around = await startSurroundings();
  const hosted = startService(delivery, around.env);
  service = hosted;
  const { addresses } = await hosted.ready;
  const identity = { service: 'gateway', token: secret('gateway-token') };
  client = createRpcClients({ identity, addressOf: () => addresses.grpc ?? '' }).of(
    DeliveryServiceDefinition,
    'delivery',
  );
});

after(async () => {
  await service?.stop();
  await around?.[Symbol.asyncDispose]();
});

/** A portal with the SDK, batches of 5, of which so many events have expired; each hour one, conversations in turn. */
async function aPortal({ expired }: { readonly expired: number }) {
  count += 1;
  const id = `replayed${count}`;
  const receiver = await startSdkPortal(id);
  const settings = PortalSettings.fromPartial({ lingerMs: 1, batchEvents: 5, timeoutMs: 1_000 });
  await around.setPortal({ id, url: receiver.url, settings });
  const oldestAtMs = Date.now() - (expired + 25) * hourMs;
  const atOf = (sequence: number) => new Date(oldestAtMs + sequence * hourMs);
  receiver.status = 503;
  for (let sequence = 1; sequence <= expired; sequence += 1) {
    await around.seal(id, 1, { at: atOf(sequence), conversationId: sequence % 2 === 0 ? 'even' : 'odd' });
  }
  await until(async () => (await client.getBacklog({ portalId: id }, home)).expired === expired);
  receiver.status = 0;
  await client.resume({ portalId: id }, home);
  await until(() => receiver.notices.length > 0);
  const ask = async (
    selection: Parameters<typeof ReplayRequest.fromPartial>[0],
    key = `key-${count}-${JSON.stringify(selection)}`,
  ) => await client.replay(ReplayRequest.fromPartial({ portalId: id, idempotencyKey: key, ...selection }), home);
  const untilOver = async (number: number) =>
    await until(async () => {
      const now = await client.getReplay({ portalId: id, number }, home);
      return now.state === ReplayState.REPLAY_STATE_DONE && now;
    });
  return { id, receiver, atOf, ask, untilOver, [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose]() };
}

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Everything that was kept of a time. */
function times(from: Date, to?: Date) {
  return { selection: { $case: 'timeRange', value: { from, ...(to === undefined ? {} : { to }) } } } as const;
}

test('down past its retention: a notice; then all of it by time, in order, while live events go on in theirs', async () => {
  await using given = await aPortal({ expired: 30 });
  const { id, receiver, atOf, ask, untilOver } = given;
  assert.deepEqual(receiver.notices, ['expired 1-30']);
  const asked = await ask(times(atOf(1)));
  assert.deepEqual([asked.number, asked.total], [1, 30]);
  let last = 30;
  let cursor = await receiver.portal.cursor();
  while (receiver.again.length < 30) {
    await around.seal(id, 1);
    last += 1;
    await until(() => receiver.live.includes(last));
  }
  const over = await untilOver(1);
  assert.deepEqual([over.sent, over.refused, over.lastError], [30, 0, '']);
  assert.deepEqual(
    receiver.again,
    numbers(1, 30).map((sequence) => [1, sequence]),
  );
  assert.deepEqual(receiver.live, numbers(31, last));
  cursor = await receiver.portal.cursor();
  assert.equal(Number(cursor.sequence), last);
  const backlog = await until(async () => {
    const now = await client.getBacklog({ portalId: id }, home);
    return now.waiting === 0 && now;
  });
  assert.deepEqual([backlog.deliveredSequence, backlog.expired, backlog.lastError], [last, 30, '']);
});

test('a part of a time, a conversation, events by their ids: what was asked for and nothing else', async () => {
  await using given = await aPortal({ expired: 12 });
  const { id, receiver, atOf, ask, untilOver } = given;
  const before = await receiver.portal.cursor();
  await ask(times(atOf(3), atOf(8)));
  await ask({ selection: { $case: 'conversationId', value: 'even' } });
  await ask({ selection: { $case: 'events', value: { ids: [`${id}-9`, `${id}-2`, `${id}-9`, `${id}-99`] } } });
  await untilOver(3);
  const expected = [
    ...[3, 4, 5, 6, 7].map((sequence) => [1, sequence]),
    ...[2, 4, 6, 8, 10, 12].map((sequence) => [2, sequence]),
    ...[2, 9].map((sequence) => [3, sequence]),
  ];
  assert.deepEqual(receiver.again, expected);
  assert.deepEqual(await receiver.portal.cursor(), before);
  const { replays } = await client.listReplays({ portalId: id, pageSize: 2, pageToken: '' }, home);
  assert.deepEqual(
    replays.map(({ number, total, sent }) => [number, total, sent]),
    [
      [3, 2, 2],
      [2, 6, 6],
    ],
  );
});

test('what was not delivered is listed in pages and counted, and nothing of it is shown to another tenant', async () => {
  await using given = await aPortal({ expired: 5 });
  const { id, atOf } = given;
  const all = { portalId: id, kind: '', conversationId: '', timeRange: undefined, pageSize: 2, pageToken: '' };
  const first = await client.listUndelivered(all, home);
  assert.deepEqual(first.counts, [{ kind: 'expired', count: 5, firstSequence: 1, lastSequence: 5 }]);
  assert.deepEqual(
    first.events.map(({ sequence, kind, reason }) => [sequence, kind, reason]),
    [
      [1, 'expired', 'older than 24 hours'],
      [2, 'expired', 'older than 24 hours'],
    ],
  );
  const second = await client.listUndelivered({ ...all, pageToken: first.nextPageToken, pageSize: 9 }, home);
  assert.deepEqual([second.events.length, second.nextPageToken, second.counts.length], [3, '', 0]);
  const odd = await client.listUndelivered(
    { ...all, conversationId: 'odd', timeRange: { from: atOf(2), to: undefined } },
    home,
  );
  assert.deepEqual(
    odd.events.map(({ sequence }) => sequence),
    [3, 5],
  );
  assert.deepEqual((await client.listUndelivered({ ...all, kind: 'parked' }, home)).counts, []);
  await assert.rejects(client.listUndelivered({ ...all, kind: 'lost' }, home), { code: 'invalid_argument' });
  await assert.rejects(client.listUndelivered(all, { tenant: 'other' }), { code: 'not_found' });
});

test('the same key gives the same replay, for another request it is refused; of nothing it is over at once', async () => {
  await using given = await aPortal({ expired: 2 });
  const { id, atOf, ask } = given;
  const asked = await ask(times(atOf(1)), 'once');
  assert.equal((await ask(times(atOf(1)), 'once')).number, asked.number);
  await assert.rejects(ask(times(atOf(2)), 'once'), { code: 'already_exists' });
  await assert.rejects(ask(times(atOf(1)), ''), { code: 'invalid_argument' });
  await assert.rejects(ask({}, 'nothing said'), { code: 'invalid_argument' });
  await assert.rejects(ask({ selection: { $case: 'events', value: { ids: [] } } }), { code: 'invalid_argument' });
  const none = await ask({ ...times(atOf(1)), kind: 'parked' });
  assert.deepEqual([none.number, none.total, none.state], [2, 0, ReplayState.REPLAY_STATE_DONE]);
  await assert.rejects(client.getReplay({ portalId: id, number: 3 }, home), { code: 'not_found' });
  await assert.rejects(client.getReplay({ portalId: id, number: 1 }, { tenant: 'other' }), { code: 'not_found' });
  const together = await Promise.all(numbers(1, 5).map((each) => ask(times(atOf(each)), `at once ${each}`)));
  assert.deepEqual(together.map(({ number }) => number).toSorted(), [3, 4, 5, 6, 7]);
});

test('an event that the portal refuses by name is passed over, the rest comes, and live events go on', async () => {
  await using given = await aPortal({ expired: 7 });
  const { id, receiver, atOf, ask, untilOver } = given;
  receiver.refused.add(`${id}-3`);
  await ask(times(atOf(1)));
  const over = await untilOver(1);
  assert.deepEqual([over.sent, over.refused, over.lastError], [6, 1, '']);
  assert.deepEqual(
    receiver.again.map(([, sequence]) => sequence),
    [1, 2, 4, 5, 6, 7],
  );
  assert.equal((await client.getBacklog({ portalId: id }, home)).parked, 0);
});

test('a replay that fails, even by 410, neither pauses the portal nor holds live events up; cancelled, it ends', async () => {
  await using given = await aPortal({ expired: 3 });
  const { id, receiver, atOf, ask } = given;
  receiver.status = 410;
  await ask(times(atOf(1)));
  const failed = await until(async () => {
    const now = await client.getReplay({ portalId: id, number: 1 }, home);
    return now.lastError !== '' && now;
  });
  assert.deepEqual([failed.state, failed.lastError], [ReplayState.REPLAY_STATE_RUNNING, 'portal_gone']);
  receiver.status = 0;
  await around.seal(id, 2);
  await until(() => receiver.live.length === 2);
  const backlog = await client.getBacklog({ portalId: id }, home);
  assert.deepEqual([backlog.mode, backlog.pauseReason, backlog.lastError], [PortalMode.PORTAL_MODE_LIVE, '', '']);
  const ended = await client.cancelReplay({ portalId: id, number: 1 }, home);
  assert.deepEqual([ended.state, ended.sent], [ReplayState.REPLAY_STATE_CANCELLED, 0]);
  assert.deepEqual(receiver.again, []);
});

test('events whose key is deleted come again under another one; what nobody can seal any more is passed over', async () => {
  const id = 'rekeyed';
  await using portal = await startPortal(signingKeyOf(id));
  const settings = PortalSettings.fromPartial({ lingerMs: 1, batchEvents: 5, timeoutMs: 1_000 });
  const entry = { id, url: portal.url, settings };
  await around.setPortal(entry);
  const oldAt = new Date(Date.now() - 25 * hourMs);
  await around.seal(id, 8, { at: oldAt });
  await until(async () => (await client.getBacklog({ portalId: id }, home)).expired === 8);
  const { PORTAL_KEY_STATE_DELETED: deleted, PORTAL_KEY_STATE_VALID: valid } = PortalKeyState;
  const keys = [
    PortalKey.fromPartial({ kid: 'k', state: deleted }),
    PortalKey.fromPartial({ kid: 'k2', state: valid }),
  ];
  await around.setPortal({ ...entry, keys });
  const { runtime } = await service.ready;
  await until(() => runtime.directory.portal(id)?.keys.length === 2);
  const asked = ReplayRequest.fromPartial({ portalId: id, idempotencyKey: 'rekeyed', ...times(oldAt) });
  await client.replay(asked, home);
  const over = await until(async () => {
    const now = await client.getReplay({ portalId: id, number: 1 }, home);
    return now.state === ReplayState.REPLAY_STATE_DONE && now;
  });
  assert.deepEqual([over.total, over.sent, over.refused], [8, 7, 1]);
  const again = portal.received.flatMap(({ events }) => events.filter((event) => Object(event).replay === 1));
  assert.deepEqual(
    again.map((event) => [event.sequence, Object(event).data]),
    [1, 2, 3, 4, 5, 6, 8].map((sequence) => [sequence, 'anew']),
  );
});
