import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { IngressItem, laneOf, PortalSettings, streams } from '@trunkline/contracts';
import {
  createDoor,
  type Door,
  defineService,
  type HostedService,
  openBodyStore,
  type Runtime,
  runJanitor,
  startService,
  watchRoom,
} from '@trunkline/runtime';
import { fillStream, until } from '@trunkline/testkit';
import { z } from 'zod';
import { delivery } from './service.ts';
import { type Surroundings, startSurroundings } from './testing/bus.ts';
import { startPortal } from './testing/portal.ts';
import { signingKeyOf } from './testing/stream.ts';

const doorkeeper = defineService({ name: 'test', config: z.object({}), uses: { bus: true }, start: async () => {} });
/** For what takes a second or two on a machine that does nothing else. */
const limitMs = 30_000;
const started = new AsyncDisposableStack();
let around: Surroundings;
let door: Door;
let nats: Runtime<unknown>['nats'];

before(async () => {
  around = started.use(await startSurroundings());
  const { signal, ...runtime } = (await started.use(startService(doorkeeper, around.env)).ready).runtime;
  nats = runtime.nats;
  const { bus } = runtime;
  runtime.run('janitor', runJanitor({ nats, bus, signal, connectors: [], now: Date.now }));
  door = started.use(createDoor({ bus, bodies: openBodyStore(nats, bus), room: watchRoom(nats, signal).room }));
});

after(async () => {
  await started.disposeAsync();
});

async function aPortal(id: string) {
  const portal = await startPortal(signingKeyOf(id));
  await around.setPortal({ id, url: portal.url, settings: PortalSettings.fromPartial({ lingerMs: 1 }) });
  return portal;
}

const start = () => startService(delivery, { ...around.env, LANES: String(laneOf('home')) });
const numbers = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

/** What somebody from outside hears; undefined: it is taken. */
async function heard(): Promise<unknown> {
  const value = { channelId: 'c1', connector: 'telegram', raw: Buffer.from('{}') };
  const call = IngressItem.fromPartial({ item: { $case: 'hookCall', value } });
  return await door.enter(0, call, 'home').then(
    () => {},
    (error: unknown) => error,
  );
}

/** The sequences that records say were taken, in their order. */
async function recorded(id: string): Promise<number[]> {
  const attempts = await around.attemptsOf(id);
  return attempts.flatMap(({ firstSequence, accepted }) =>
    Array.from({ length: accepted }, (_, index) => firstSequence + index),
  );
}

test('no room for records: delivery goes on, the door is closed meanwhile, and when there is room all is recorded and nothing comes again', async () => {
  await using portal = await aPortal('goes-on');
  await using _service: HostedService<unknown> = start();
  await around.seal('goes-on', 5);
  await until(async () => (await around.recordedOf('goes-on')) === 5, limitMs);
  assert.equal(await heard(), undefined);

  await using full = await fillStream(nats, streams.deliveries);
  for (let round = 0; round < 10; round += 1) await around.seal('goes-on', 5);
  await until(() => portal.taken.length === 55, limitMs);
  const refusal = await until(async () => (await heard()) ?? false, limitMs);
  assert.equal(Reflect.get(refusal as object, 'code'), 'unavailable', 'whoever calls hears 503');
  assert.equal(await around.recordedOf('goes-on'), 5);

  await full.giveBack();
  await until(async () => (await around.recordedOf('goes-on')) === 55, limitMs);
  await until(async () => (await heard()) === undefined, limitMs);
  assert.deepEqual([portal.taken, portal.repeats], [numbers(55), []]);
  assert.deepEqual(await recorded('goes-on'), numbers(55));
});

test('no room for records, and another owner: it sends nothing before the lane is its own, then what was not recorded again', async () => {
  await using portal = await aPortal('taken-over');
  await using first: HostedService<unknown> = start();
  await around.seal('taken-over', 5);
  await until(async () => (await around.recordedOf('taken-over')) === 5, limitMs);
  await using full = await fillStream(nats, streams.deliveries);
  await around.seal('taken-over', 5);
  await until(() => portal.taken.length === 10, limitMs);
  await first.stop();

  await around.seal('taken-over', 5);
  await using second: HostedService<unknown> = start();
  const { metrics } = (await second.ready).runtime;
  await until(async () => /trunkline_lanes_owned\{[^}]*\} 1/.test(await metrics.text()), limitMs);
  await until(async () => (await heard()) !== undefined, limitMs);
  assert.equal(portal.taken.length, 10, 'who cannot say that the lane is his sends nothing');

  await full.giveBack();
  await until(() => portal.taken.length === 15, limitMs);
  assert.deepEqual([portal.taken, portal.repeats], [numbers(15), [6, 7, 8, 9, 10]]);
  await until(async () => (await around.recordedOf('taken-over')) === 15, limitMs);
  await until(async () => (await heard()) === undefined, limitMs);
  assert.deepEqual(await recorded('taken-over'), numbers(15));
});
