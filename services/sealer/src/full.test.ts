import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { IngressItem, streams } from '@trunkline/contracts';
import { createDoor, type Door, openBodyStore, runJanitor, watchRoom } from '@trunkline/runtime';
import { fillStream, until } from '@trunkline/testkit';
import { text } from './testing/facts.ts';
import { aPortal } from './testing/portal.ts';
import { lane, type Surroundings, startSurroundings } from './testing/surroundings.ts';
import { taken, texts } from './testing/taken.ts';

const started = new AsyncDisposableStack();
let around: Surroundings;
let door: Door;

before(async () => {
  around = started.use(await startSurroundings());
  const { nats, bus } = around;
  const over = new AbortController();
  const { signal } = over;
  const janitor = runJanitor({ nats, bus, signal, connectors: [], now: Date.now });
  const { room, watching } = watchRoom(nats, signal);
  started.defer(async () => {
    over.abort();
    await Promise.all([janitor, watching]);
  });
  door = started.use(createDoor({ bus, bodies: openBodyStore(nats, bus), room }));
});
after(async () => {
  await started.disposeAsync();
});

/** The code that somebody hears; undefined: it is taken. */
async function heard(item: Parameters<typeof IngressItem.fromPartial>[0]['item']): Promise<unknown> {
  const entering = door.enter(lane, IngressItem.fromPartial({ item }));
  return await entering.then(
    () => undefined,
    (error: unknown) => Reflect.get(error as object, 'code'),
  );
}

const hookCall = () =>
  heard({ $case: 'hookCall', value: { channelId: 'c1', connector: 'telegram', raw: Buffer.from('{}') } });
const result = () => heard({ $case: 'sendResult', value: { messageId: 'm1' } });

test('no room for what is sealed: the door is closed, the results of what is under way are taken, and when there is room everything is there once, in order', async () => {
  const portals = [await aPortal(around), await aPortal(around), await aPortal(around)];
  let said = 0;
  const say = async (rounds: number) => {
    for (let round = 0; round < rounds; round += 1) {
      await around.say(...portals.map(({ portalId }) => text(portalId, `${said}`)));
      said += 1;
    }
  };
  const counts = () => Promise.all(portals.map(async ({ portalId }) => (await around.sealed(portalId)).length));
  const all = () => Array.from({ length: said }, (_, number) => `${number}`);
  await say(5);
  await until(async () => (await counts()).every((count) => count === said), 30_000);
  assert.equal(await hookCall(), undefined);

  // Some more have room: the rest of the same micro-batch has none.
  await using full = await fillStream(around.nats, streams.outbox, 6_000);
  await say(30);
  assert.equal(await until(async () => (await hookCall()) ?? false), 'unavailable', 'whoever calls hears 503');
  assert.equal(await result(), undefined, 'what is left belongs to the stages');
  const during = await counts();
  assert.ok(during.some((count) => count > 5) && during.every((count) => count < said), `${during} of ${said}`);
  for (const [index, { portalId, licenceKey }] of portals.entries()) {
    const there = await taken(around, portalId, [licenceKey], during[index] ?? 0);
    assert.deepEqual(texts(there), all().slice(0, there.length), 'what is there is whole, and the first of it');
  }

  await full.giveBack();
  await say(5);
  await until(async () => (await hookCall()) === undefined, 30_000);
  await until(async () => (await counts()).every((count) => count === said), 30_000);
  for (const { portalId, licenceKey } of portals)
    assert.deepEqual(texts(await taken(around, portalId, [licenceKey], said)), all());
});
