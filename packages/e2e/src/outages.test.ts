import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@trunkline/testkit';
import { connectBus, provisionBus } from '../../../packages/runtime/src/index.ts';
import { connectorNames } from '../../../scripts/start/users.ts';
import { openPortalPage, type PortalSide } from '../../../scripts/up/once/portal-page.ts';
import type { TelegramSimulator } from '../../../services/connectors/telegram/simulator/index.ts';
import { type Answered, assertRefused, callHook } from './hook-caller.ts';
import { runDemo, type WholeDemo } from './running-demo.ts';

const timeout = 240_000;
const minuteMs = 60_000;

let demo: WholeDemo;
let simulator: TelegramSimulator;
let portal: PortalSide;
let anna: number;
/** Why a service ended by itself, which none is to do: whoever misses a server waits. */
let ended: unknown;

before(async () => {
  demo = await runDemo();
  demo.failed.catch((error: unknown) => {
    ended = error;
  });
  assert.ok(demo.simulator);
  simulator = demo.simulator;
  portal = await openPortalPage(demo.pageUrl);
  anna = simulator.person({ first_name: 'Anna' }).id;
});

after(async () => {
  await portal?.[Symbol.asyncDispose]();
  await demo?.[Symbol.asyncDispose]();
});

const write = (text: string) => simulator.write({ from: anna, text });

/** Texts of the messages that the portal has taken, those that begin so. */
function received(start: string): string[] {
  const texts = portal.events.map(({ data }) => data.messageReceived?.content?.text?.plain ?? '');
  return texts.filter((text) => text.startsWith(start));
}

/** All of these have come, in their order, once each; and whatever else came before them has. */
async function arrive(start: string, texts: readonly string[]): Promise<void> {
  await until(() => received(start).length >= texts.length, 90_000);
  const mark = `mark ${randomUUID()}`;
  write(mark);
  await until(() => received(mark).length > 0, 60_000);
  assert.deepEqual(received(start), texts);
  assert.deepEqual(portal.problems, []);
  assert.equal(ended, undefined);
}

/** An update of a kind that nobody knows: stored, and parked. */
function unknownKind(number: number, bytes = 0): string {
  return JSON.stringify({ update_id: 1_000_000 + number, telepathy: { text: 'x'.repeat(bytes) } });
}

test('while MongoDB is silent hook calls are stored or put off, and everything arrives in order afterwards', {
  timeout,
}, async () => {
  const texts = Array.from({ length: 8 }, (_, index) => `silent ${index}`);
  await demo.servers.freeze('mongo');
  const thawed = sleep(8_000).then(() => demo.servers.thaw('mongo'));
  for (const text of texts) write(text);
  const { status } = await callHook(simulator, unknownKind(1));
  await thawed;
  assert.ok([200, 503].includes(status), `answered ${status}`);
  await arrive('silent', texts);
});

test('MongoDB down for a minute: hook calls are stored, everything waits, then arrives in order', {
  timeout,
}, async () => {
  const texts: string[] = [];
  await demo.servers.kill('mongo');
  for (const endsAt = performance.now() + minuteMs; performance.now() < endsAt; ) {
    texts.push(`minute ${texts.length}`);
    write(texts.at(-1) ?? '');
    assert.equal((await callHook(simulator, unknownKind(100 + texts.length))).status, 200);
    await sleep(5_000);
  }
  assert.deepEqual(received('minute'), []);
  await demo.servers.restart('mongo');
  await arrive('minute', texts);
});

test('while NATS is down hook calls are put off, and come again when it is back', { timeout }, async () => {
  await demo.servers.kill('nats');
  const refusal = await callHook(simulator, unknownKind(2));
  const texts = ['down 1', 'down 2', 'down 3'];
  for (const text of texts) write(text);
  await demo.servers.restart('nats');
  assertRefused(refusal, { status: 503, code: 'unavailable' });
  await arrive('down', texts);
});

test('a full bus puts hook calls off with nothing half-done, and the door opens again by itself', {
  timeout,
}, async () => {
  await resizeBus(64);
  let called = 0;
  const refusal = await until(async (): Promise<Answered | false> => {
    called += 1;
    const answer = await callHook(simulator, unknownKind(1_000 + called, 120_000));
    return answer.status !== 200 && answer;
  }, minuteMs);
  assertRefused(refusal, { status: 503, code: 'unavailable' });
  // What is small may still fit where something large did not, until the janitor has looked and closed the doors.
  await until(async () => (await callHook(simulator, unknownKind(3))).status === 503);
  const texts = ['full 1', 'full 2', 'full 3'];
  for (const text of texts) write(text);
  assertRefused(await callHook(simulator, unknownKind(3)), { status: 503, code: 'unavailable' });
  assert.deepEqual(received('full'), []);
  await resizeBus(2_048);
  await arrive('full', texts);
});

/** Gives the bus another size while everything runs. */
async function resizeBus(mebibytes: number): Promise<void> {
  const signal = AbortSignal.timeout(30_000);
  await using nats = await connectBus({ url: demo.natsUrl, service: 'infra', instance: 'test', signal });
  await provisionBus(nats, { connectors: connectorNames(), busBytes: mebibytes * 1024 ** 2 });
}
