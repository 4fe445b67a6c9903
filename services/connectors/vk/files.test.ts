import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import type { GuardedFetch } from '@trunkline/adapter-kit';
import { mediaOf } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
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
  return { ...world, media, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

test('a file is opened with its name, type and size', async () => {
  await using world = await given();
  const file = await download(world.media, world.channel, world.tools());
  assert.deepEqual(await buffer(file.stream), bytes);
  assert.deepEqual([file.name, file.mimeType, file.sizeBytes], ['price.pdf', 'application/pdf', bytes.length]);
});

test('a link that is over, or that leads to a private address, failed for good', async () => {
  await using world = await given();
  const open = () => download(world.media, world.channel, world.tools());
  for (const kind of ['file_redirect', 'file_gone'] as const) {
    world.simulator.fail({ kind });
    await assert.rejects(open(), { code: 'media_failed' });
  }
  world.simulator.expireMedia();
  await assert.rejects(open(), { code: 'media_failed' });
});

test('a redirect to a host of VK is followed, three times at most', async () => {
  await using world = await given();
  const { fetch, ...tools } = world.tools();
  const through = (redirects: number): GuardedFetch => {
    let left = redirects;
    return async (url, request) => {
      if (left === 0) return await fetch(url, request);
      left -= 1;
      const stream = (async function* () {})();
      return { status: 302, headers: { location: url }, stream, text: async () => '' };
    };
  };
  const file = await download(world.media, world.channel, { ...tools, fetch: through(3) });
  assert.deepEqual(await buffer(file.stream), bytes);
  const round = download(world.media, world.channel, { ...tools, fetch: through(4) });
  await assert.rejects(round, { code: 'media_failed' });
});

test('a file shorter than it was said to be does not end well; one without an end is read no further than wanted', async () => {
  await using world = await given();
  world.simulator.fail({ kind: 'file_shorter' });
  const shorter = await download(world.media, world.channel, world.tools());
  await assert.rejects(buffer(shorter.stream));
  world.simulator.fail({ kind: 'file_endless' });
  const endless = await download(world.media, world.channel, world.tools());
  let read = 0;
  for await (const chunk of endless.stream) {
    read += chunk.length;
    if (read > 1_000_000) break;
  }
  assert.ok(read > 1_000_000 && read < 2_000_000);
});
