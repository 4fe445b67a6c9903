import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { mediaOf } from '@trunkline/contracts';
import { createMemoryTools, fetchOf, until } from '@trunkline/testkit';
import { download } from './download.ts';
import { startWorld } from './testing/world.ts';

const bytes = Buffer.from('price list');

/** A file that Anna sent, as the connector tells of it. */
async function given() {
  const world = await startWorld();
  await world.connect();
  world.simulator.attach({ from: world.anna.id, kind: 'file', bytes, name: 'price.pdf', mimeType: 'application/pdf' });
  const told = await until(() => world.hook.events[0]?.event);
  const [media] = told.$case === 'message' && told.value.content ? mediaOf(told.value.content) : [];
  assert.ok(media);
  const open = () => download(media, world.channel(), world.tools());
  return { ...world, media, open, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

test('a file is opened by its id, with its name, type and size', async () => {
  await using world = await given();
  const file = await world.open();
  assert.deepEqual(await buffer(file.stream), bytes);
  assert.deepEqual([file.name, file.mimeType, file.sizeBytes], ['price.pdf', 'application/pdf', bytes.length]);
});

test('a file that is gone, or leads elsewhere, failed for good', async () => {
  await using world = await given();
  for (const kind of ['file_redirect', 'file_gone'] as const) {
    world.simulator.fail({ kind });
    await assert.rejects(world.open(), { code: 'media_failed' });
  }
  world.simulator.expireMedia();
  await assert.rejects(world.open(), { code: 'media_failed' });
});

test('a refusal is no file, in whatever form it comes; a cut connection is tried again', async () => {
  await using world = await given();
  const headers = { 'content-type': 'application/json' };
  const refused = createMemoryTools({ fetch: fetchOf(() => ({ status: 200, headers, body: { ok: false } })) });
  await assert.rejects(download(world.media, world.channel(), refused), { code: 'media_failed' });
  const json = { ...world.media, name: 'a.json' };
  assert.equal((await download(json, world.channel(), refused)).name, 'a.json', 'a file of JSON is a file');
  const cut = createMemoryTools({ fetch: fetchOf(() => 'cut') });
  await assert.rejects(download(world.media, world.channel(), cut), { code: 'transient' });
});

test('a file shorter than it was said to be does not end well; one without an end is read no further than wanted', async () => {
  await using world = await given();
  world.simulator.fail({ kind: 'file_shorter' });
  const shorter = await world.open();
  await assert.rejects(buffer(shorter.stream));
  world.simulator.fail({ kind: 'file_endless' });
  const endless = await world.open();
  let read = 0;
  for await (const chunk of endless.stream) {
    read += chunk.length;
    if (read > 1_000_000) break;
  }
  assert.ok(read > 1_000_000 && read < 2_000_000);
});
