import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  DeliveryServiceDefinition,
  PortalQueueKind,
  PortalServiceDefinition,
  PortalSettings,
  strandOf,
} from '@trunkline/contracts';
import { createRpcClients, type HostedService, type RpcClient, secret, startService } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { delivery } from './service.ts';
import { type Surroundings, startSurroundings } from './testing/bus.ts';
import { startPuller } from './testing/puller.ts';
import { type SdkPortal, startSdkPortal } from './testing/sdk-portal.ts';
import { signingKeyOf } from './testing/stream.ts';

const parallel = PortalQueueKind.PORTAL_QUEUE_KIND_PARALLEL_GUARANTEED;
const sequential = PortalQueueKind.PORTAL_QUEUE_KIND_SEQUENTIAL_GUARANTEED;
const hourMs = 3_600_000;
/** One in each of four strands. */
const conversations = [0, 1, 2, 3].map(
  (strand) => Array.from({ length: 99 }, (_, index) => `c${index}`).find((id) => strandOf(id, 4) === strand) ?? '',
);

let around: Surroundings;
let service: HostedService<unknown>;
let client: RpcClient<typeof DeliveryServiceDefinition>;
let pulling: RpcClient<typeof PortalServiceDefinition>;
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
  pulling = clients.of(PortalServiceDefinition, 'delivery');
});

after(async () => {
  await service?.stop();
  await around?.[Symbol.asyncDispose]();
});

/** A portal that takes its stream by the SDK. */
async function aPortal(first: Partial<PortalSettings>) {
  count += 1;
  const id = `parallel${count}`;
  const portal = await startSdkPortal(id);
  const set = (settings: Partial<PortalSettings>) =>
    around.setPortal({ id, url: portal.url, settings: PortalSettings.fromPartial({ lingerMs: 1, ...settings }) });
  await set(first);
  let sealed = 0;
  /** Seals one event of each conversation. */
  const seal = async (at = new Date()) => {
    for (const conversationId of conversations) await around.seal(id, 1, { conversationId, at });
    sealed += conversations.length;
  };
  const backlog = () => client.getBacklog({ portalId: id }, { tenant: 'home' });
  const untilDone = async () =>
    await until(async () => {
      const now = await backlog();
      assert.equal(now.headSequence, now.deliveredSequence + now.doneBeyond + now.waiting);
      return now.deliveredSequence === sealed && now;
    }, 30_000);
  return {
    ...{ id, portal, set, seal, backlog, untilDone },
    [Symbol.asyncDispose]: () => portal[Symbol.asyncDispose](),
  };
}

/** Everything came once, and each conversation in its order. */
function assertOrdered({ live, byConversation, problems }: SdkPortal, last: number): void {
  assert.deepEqual(
    live.toSorted((a, b) => a - b),
    Array.from({ length: last }, (_, index) => index + 1),
  );
  for (const sequences of byConversation.values())
    assert.deepEqual(
      sequences,
      sequences.toSorted((a, b) => a - b),
    );
  assert.deepEqual(problems, []);
}

test('a portal that takes half a second for each request gets several at a time, each conversation in its order', async () => {
  await using given = await aPortal({ queueKind: parallel });
  const { portal } = given;
  portal.delayMs = 500;
  for (let round = 0; round < 5; round += 1) await given.seal();
  await given.untilDone();
  assert.ok(portal.mostOpen >= 2 && portal.mostOpen <= 4, `${portal.mostOpen} at once`);
  assertOrdered(portal, 20);
});

test('kind and number of strands are changed while events come: nothing is lost, doubled or swapped', async () => {
  await using given = await aPortal({});
  const { portal, set, seal } = given;
  const kinds = [
    { queueKind: parallel },
    { queueKind: parallel, parallelRequests: 2 },
    { queueKind: sequential },
    { queueKind: PortalQueueKind.PORTAL_QUEUE_KIND_PARALLEL_ONCE, parallelRequests: 16 },
    { queueKind: sequential },
  ];
  let rounds = 0;
  const load = async (times: number) => {
    for (let time = 0; time < times; time += 1, rounds += 1) await seal();
  };
  await load(5);
  for (const kind of kinds) {
    portal.delayMs = 20;
    await load(5);
    await set(kind);
    const { strands } = { strands: kind.queueKind === sequential ? 0 : (kind.parallelRequests ?? 4) };
    // Until what comes comes in the new way.
    await until(async () => {
      await load(1);
      return (await around.strandsOf(given.id)) === strands;
    }, 30_000);
    await load(3);
  }
  await given.untilDone();
  assertOrdered(portal, rounds * conversations.length);
  assert.equal((await portal.portal.cursor()).sequence, String(rounds * conversations.length).padStart(20, '0'));
});

test('what one conversation does not get off holds up no other; what of it expires is told, of its strand alone', async () => {
  await using given = await aPortal({ queueKind: parallel });
  const { portal, seal, backlog } = given;
  const [stuck = ''] = conversations;
  portal.closed.add(stuck);
  for (let round = 0; round < 3; round += 1) await seal(new Date(Date.now() - 2 * hourMs));
  await until(() => portal.live.length === 9);
  const waiting = await until(async () => {
    const now = await backlog();
    return now.waiting === 3 && now.lastError !== '' && now;
  });
  assert.deepEqual([waiting.headSequence, waiting.deliveredSequence, waiting.doneBeyond], [12, 0, 9]);
  assert.ok(Date.now() - (waiting.oldestAt?.getTime() ?? 0) >= 2 * hourMs);
  await given.set({ queueKind: parallel, retentionHours: 1 });
  await client.resume({ portalId: given.id }, { tenant: 'home' });
  portal.closed.clear();
  const done = await given.untilDone();
  assert.deepEqual([done.expired, portal.notices], [3, ['expired 1-9 (3)']]);
  await seal();
  await given.untilDone();
  assert.equal(portal.byConversation.get(stuck)?.length, 1);
});

test('a pause that the portal asks for holds for all of its strands', async () => {
  await using given = await aPortal({ queueKind: parallel });
  const { portal, seal, backlog } = given;
  portal.status = 410;
  await seal();
  await until(async () => (await backlog()).pauseReason.startsWith('portal_gone'));
  portal.status = 0;
  await seal();
  assert.deepEqual(portal.live, []);
  await client.resume({ portalId: given.id }, { tenant: 'home' });
  await given.untilDone();
  assertOrdered(portal, 8);
});

test('a consumer that pulls from now on hears what it comes after: the last of each strand', async () => {
  await using given = await aPortal({ queueKind: parallel });
  const { id, seal } = given;
  await seal();
  await given.untilDone();
  await given.set({ primaryConsumer: 'crm' });
  await using puller = startPuller(pulling, { portalId: id, consumer: 'crm', signingKey: signingKeyOf(id) }, (each) =>
    each.acknowledge(),
  );
  await seal();
  await given.untilDone();
  assert.deepEqual(puller.sequences, [5, 6, 7, 8]);
  const last = [1, 2, 3, 4].map((sequence) => String(sequence).padStart(20, '0')).join(' ');
  assert.deepEqual(
    puller.items.map(({ previous }) => previous),
    [last, undefined, undefined, undefined],
  );
});
