import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import {
  type CheckPortalRequest,
  type CheckPortalResponse,
  DeliveryServiceDefinition,
  PortalQueueKind,
  PortalSettings,
} from '@trunkline/contracts';
import { createPortal, listener, verifyStatement } from '@trunkline/portal-sdk';
import {
  createRpcClients,
  type HostedService,
  type RpcClient,
  secret,
  startService,
  type TrunklineError,
} from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { delivery } from './service.ts';
import { type Surroundings, startSurroundings } from './testing/bus.ts';
import { startSdkPortal } from './testing/sdk-portal.ts';
import { licenceKeyOf } from './testing/stream.ts';

const home = { tenant: 'home' };
let around: Surroundings;
let service: HostedService<unknown>;
let client: RpcClient<typeof DeliveryServiceDefinition>;

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

async function aPortal(id: string, tenantId = 'home') {
  const receiver = await startSdkPortal(id);
  const settings = PortalSettings.fromPartial({ lingerMs: 1, batchEvents: 5, timeoutMs: 1_000 });
  await around.setPortal({ id, tenantId, url: receiver.url, settings });
  return receiver;
}

test('a range is stated with its counts and chains, signed, and agrees with what the receiver has', async () => {
  await using receiver = await aPortal('stated');
  const old = new Date(Date.now() - 25 * 3_600_000);
  await around.seal('stated', 4, { at: old });
  await around.seal('stated', 6);
  await until(async () => (await around.recordedOf('stated')) === 10);
  const ask = (fromSequence: number, toSequence: number) =>
    client.verifyRange({ portalId: 'stated', fromSequence, toSequence }, home);
  const licenceKeys = [licenceKeyOf('stated')];
  const verdict = verifyStatement(await ask(1, 10), { licenceKeys, cursor: await receiver.portal.cursor() });
  assert.ok(verdict.valid);
  assert.equal(verdict.history, 'same');
  const { events, delivered, waiting, expired, headSequence } = verdict.statement;
  assert.deepEqual([events, delivered, waiting, expired, Number(headSequence)], [10, 6, 0, 4, 10]);
  const part = verifyStatement(await ask(3, 7), { licenceKeys });
  assert.ok(part.valid);
  assert.deepEqual([part.statement.events, part.statement.delivered, part.statement.expired], [5, 3, 2]);
  const rest = verifyStatement(await ask(8, 10), { licenceKeys });
  assert.equal(rest.valid && rest.statement.chainBefore, part.statement.chain);
  receiver.status = 503;
  await around.seal('stated', 2);
  const waits = verifyStatement(await ask(10, 12), { licenceKeys, cursor: await receiver.portal.cursor() });
  assert.ok(waits.valid);
  assert.deepEqual([waits.statement.delivered, waits.statement.waiting], [1, 2]);
  await assert.rejects(ask(1, 13), { code: 'failed_precondition' });
  for (const [from, to] of [
    [0, 1],
    [3, 2],
    [1, 100_001],
  ] as const)
    await assert.rejects(ask(from, to), { code: 'invalid_argument' });
  const stranger = client.verifyRange({ portalId: 'stated', fromSequence: 1, toSequence: 1 }, { tenant: 'other' });
  await assert.rejects(stranger, { code: 'not_found' });
});

test('of a range that is purged it is told what is still proven, and that proves all before it', async () => {
  await using receiver = await aPortal('purged');
  await around.seal('purged', 4);
  await around.seal('purged', 4);
  await around.seal('purged', 2);
  await until(async () => (await around.recordedOf('purged')) === 10);
  const ask = (fromSequence: number, toSequence: number) =>
    client.verifyRange({ portalId: 'purged', fromSequence, toSequence }, home);
  const licenceKeys = [licenceKeyOf('purged')];
  const kept = verifyStatement(await ask(1, 9), { licenceKeys });
  await around.purge('purged');
  const refusalOf = async (from: number, to: number) => {
    const error = await ask(from, to).then(
      () => assert.fail('it was answered'),
      (refused: TrunklineError) => refused,
    );
    return [error.code, error.publicMessage, error.remedy] as const;
  };
  const [code, message, remedy] = await refusalOf(1, 10);
  assert.equal(code, 'failed_precondition');
  assert.match(message, /holds the portal's events from 9 on, so the oldest from_sequence that can be answered is 10/);
  assert.match(remedy, /Ask for the range from 10 to 10/);
  assert.match((await refusalOf(1, 3))[2], /ends at 10 or later/);
  const rest = verifyStatement(await ask(10, 10), { licenceKeys, cursor: await receiver.portal.cursor() });
  assert.ok(rest.valid && kept.valid);
  assert.deepEqual([rest.history, rest.statement.chainBefore], ['same', kept.statement.chain]);

  // Alone, an event proves nothing of itself: what comes next will.
  await around.seal('purged', 1);
  await until(async () => (await around.recordedOf('purged')) === 11);
  await around.purge('purged');
  assert.match((await refusalOf(11, 11))[2], /ends at 12 or later/);
});

async function told(request: Partial<CheckPortalRequest>, tenant = 'home'): Promise<CheckPortalResponse[]> {
  const all: CheckPortalResponse[] = [];
  const whole = { portalId: 'checked', url: '', licenceKey: '', ...request };
  for await (const one of client.checkPortal(whole, { tenant })) all.push(one);
  return all;
}

test('a receiver is checked by the key that was made for it; what is right and what is wrong is told one by one', async () => {
  await using _own = await aPortal('checked');
  const [made] = await told({});
  assert.ok(made?.told?.$case === 'licenceKey');
  const licenceKey = made.told.value;
  const portal = createPortal({ licenceKeys: [licenceKey], onEvent: () => {}, onReplay: () => {} });
  const server = createServer(listener(portal)).listen(0, '127.0.0.1');
  await until(() => server.listening);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const first = told({ licenceKey, url });
  const second = told({ licenceKey, url });
  const [one, other] = await Promise.allSettled([first, second]);
  const [done, refused] = one.status === 'fulfilled' ? [one, other] : [other, one];
  assert.ok(done.status === 'fulfilled' && refused.status === 'rejected');
  assert.equal(refused.reason.code, 'rate_limited');
  const findings = done.value.flatMap(({ told: its }) => (its?.$case === 'finding' ? [its.value] : []));
  assert.equal(findings.length, 15);
  assert.deepEqual(
    findings.filter(({ isRight }) => !isRight),
    [],
  );
  const end = done.value.at(-1)?.told;
  assert.match(end?.$case === 'summary' ? end.value : '', /^15 of 15 right/);
  server.closeAllConnections();
  server.close();
  const dead = await told({ licenceKey, url });
  const [good, next] = dead.flatMap(({ told: its }) => (its?.$case === 'finding' ? [its.value] : []));
  assert.deepEqual([good?.isRight, good?.name, next?.answered], [false, 'good batch', '']);
  assert.notEqual(good?.change, '');
});

test('the receiver of a parallel portal is asked about strands too', async () => {
  const queueKind = PortalQueueKind.PORTAL_QUEUE_KIND_PARALLEL_GUARANTEED;
  const licenceKeys = [licenceKeyOf('strands')];
  const portal = createPortal({ licenceKeys, onEvent: () => {}, onReplay: () => {} });
  const server = createServer(listener(portal)).listen(0, '127.0.0.1');
  await until(() => server.listening);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await around.setPortal({ id: 'strands', url, settings: PortalSettings.fromPartial({ queueKind }) });
  const [licenceKey = ''] = licenceKeys;
  const end = (await told({ portalId: 'strands', licenceKey })).at(-1)?.told;
  assert.match(end?.$case === 'summary' ? end.value : '', /^27 of 27 right/);
  server.closeAllConnections();
  server.close();
});

test('a check is refused with a sentence for a mistyped key and an address that is none, and sent to no private one', async () => {
  await using _elsewhere = await aPortal('guarded', 'stranger');
  const [made] = await told({ portalId: 'guarded' }, 'stranger');
  assert.ok(made?.told?.$case === 'licenceKey');
  const licenceKey = made.told.value;
  await assert.rejects(told({ licenceKey: 'tlk_x' }), { code: 'invalid_argument' });
  await assert.rejects(told({ licenceKey, url: 'ftp://example.com' }), { code: 'invalid_argument' });
  await assert.rejects(told({ licenceKey }, 'stranger'), { code: 'not_found' });
  const [first] = await told({ portalId: 'guarded', licenceKey }, 'stranger');
  assert.ok(first?.told?.$case === 'finding');
  assert.equal(first.told.value.isRight, false);
});
