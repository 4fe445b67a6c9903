import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PortalQueueKind, PortalSettings } from '@trunkline/contracts';
import { pause } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { type Surroundings, startSurroundings } from './testing/bus.ts';
import { type ReceivedEvent, startPortal } from './testing/portal.ts';
import { startProcess } from './testing/process.ts';
import { startSdkPortal } from './testing/sdk-portal.ts';
import { signingKeyOf } from './testing/stream.ts';

const conversations = ['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6'];
/** A record is written every quarter of a second; a slow machine takes longer for one. */
const intervalMs = 2_000;

let around: Surroundings;

before(async () => {
  around = await startSurroundings();
});

after(async () => {
  await around?.[Symbol.asyncDispose]();
});

/** Seals events of all conversations until it is stopped; resolves with how many there are. */
function load(id: string) {
  let isLoading = true;
  let sealed = 0;
  const loading = (async () => {
    for (; isLoading; sealed += 1) {
      await around.seal(id, 1, { conversationId: conversations[sealed % conversations.length] ?? '' });
      await pause(15, AbortSignal.timeout(60_000));
    }
  })();
  return async () => {
    isLoading = false;
    await loading;
    return sealed;
  };
}

function assertAscending(sequences: readonly number[]): void {
  assert.deepEqual(
    sequences,
    sequences.toSorted((a, b) => a - b),
  );
}

/** Two instances one after the other are killed while the portal gets events; a third one goes on. */
async function killTwice(count: () => number): Promise<{ readonly killedAt: readonly number[] } & AsyncDisposable> {
  const killedAt: number[] = [];
  for (let kill = 1; kill <= 2; kill += 1) {
    const from = count();
    const instance: { kill: () => Promise<void> } = startProcess(around);
    await until(() => count() >= from + 30, 60_000);
    killedAt.push(performance.now());
    await instance.kill();
  }
  const last = startProcess(around);
  return { killedAt, [Symbol.asyncDispose]: () => last[Symbol.asyncDispose]() };
}

test('parallel: kill -9 under load loses nothing, and each conversation keeps its order', async () => {
  const id = 'parallel';
  await using portal = await startSdkPortal(id);
  portal.delayMs = 30;
  const queueKind = PortalQueueKind.PORTAL_QUEUE_KIND_PARALLEL_GUARANTEED;
  await around.setPortal({ id, url: portal.url, settings: PortalSettings.fromPartial({ lingerMs: 1, queueKind }) });
  const stop = load(id);
  await using _last = await killTwice(() => portal.live.length);
  const sealed = await stop();
  await until(() => portal.live.length === sealed, 60_000);
  for (const sequences of portal.byConversation.values()) assertAscending(sequences);
  assert.deepEqual(
    portal.live.toSorted((a, b) => a - b),
    Array.from({ length: sealed }, (_, index) => index + 1),
  );
  assert.ok(portal.mostOpen >= 2, `${portal.mostOpen} at once`);
  assert.deepEqual(
    portal.problems.filter((code) => code !== 'busy'),
    [],
    'nothing was found to be missing',
  );
});

const kindsOnce = [
  ['sequential', PortalQueueKind.PORTAL_QUEUE_KIND_SEQUENTIAL_ONCE],
  ['parallel', PortalQueueKind.PORTAL_QUEUE_KIND_PARALLEL_ONCE],
] as const;

for (const [name, queueKind] of kindsOnce) {
  test(`${name}, once: after kill -9 what was not taken is told, and only what was under way comes twice`, async () => {
    const id = `once-${name}`;
    await using portal = await startPortal(signingKeyOf(id));
    const settings = PortalSettings.fromPartial({ lingerMs: 1, batchEvents: 5, timeoutMs: 2_000, queueKind });
    await around.setPortal({ id, url: portal.url, settings });
    const takenAt = new Map<number, number>();
    const again: { readonly sequence: number; readonly firstAt: number; readonly at: number }[] = [];
    const order: ReceivedEvent[] = [];
    const told: ReceivedEvent[] = [];
    let requests = 0;
    portal.behave((received, response) => {
      requests += 1;
      // Each fifth request fails.
      if (requests % 5 === 0) return response.writeHead(500).end();
      for (const event of received.events) {
        if (event.type.startsWith('trunkline.events.')) {
          told.push(event);
          continue;
        }
        const firstAt = takenAt.get(event.sequence);
        if (firstAt !== undefined) again.push({ sequence: event.sequence, firstAt, at: performance.now() });
        else {
          takenAt.set(event.sequence, performance.now());
          order.push(event);
        }
      }
      return response.writeHead(204).end();
    });
    const stop = load(id);
    await using killed = await killTwice(() => takenAt.size);
    const sealed = await stop();
    const isTold = (sequence: number) =>
      told.some(({ data }) => {
        const { from, to } = data as { readonly from: string; readonly to: string };
        return Number(from) <= sequence && sequence <= Number(to);
      });
    const all = Array.from({ length: sealed }, (_, index) => index + 1);
    await until(() => all.every((sequence) => takenAt.has(sequence) || isTold(sequence)), 60_000);
    await until(async () => (await around.recordedOf(id)) === sealed, 60_000);
    assert.ok(told.some(({ type }) => type === 'trunkline.events.skipped.v1'));
    for (const conversation of conversations)
      assertAscending(order.filter(({ subject }) => subject === conversation).map(({ sequence }) => sequence));
    if (name === 'sequential') assertAscending(order.map(({ sequence }) => sequence));
    for (const { sequence, firstAt } of again) {
      const isUnderWay = killed.killedAt.some((at) => firstAt > at - intervalMs && firstAt < at + intervalMs);
      assert.ok(isUnderWay, `${sequence} was taken at ${firstAt}, long before ${killed.killedAt}`);
    }
  });
}
