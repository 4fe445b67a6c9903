import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { mediaOf } from '@trunkline/contracts';
import { createMemoryTools, fetchOf, type PlatformRequest, until } from '@trunkline/testkit';
import { download } from './download.ts';
import { channelFor } from './testing/desk.ts';
import { startWorld } from './testing/world.ts';

const bytes = Buffer.from('price list');

/** What Anna sent, as the connector tells of it. */
async function given(kind: string, mimeType: string, name: string) {
  const world = await startWorld();
  world.simulator.attach({ from: world.anna.id, kind, bytes, name, mimeType });
  const told = await until(() => world.hook.events[0]?.event);
  const [media] = told.$case === 'message' && told.value.content ? mediaOf(told.value.content) : [];
  assert.ok(media);
  const open = () => download(media, world.channel, world.tools());
  return { ...world, media, open, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

test('a file is opened by the link in its content, a picture of Teams with the token of the bot', async () => {
  for (const [kind, mimeType, name] of [
    ['file', 'application/pdf', 'price.pdf'],
    ['image', 'image/png', 'a.png'],
  ] as const) {
    await using world = await given(kind, mimeType, name);
    const file = await world.open();
    assert.deepEqual(await buffer(file.stream), bytes);
    assert.deepEqual([file.name, file.mimeType, file.sizeBytes], [name, mimeType, bytes.length]);
  }
});

test('a link that is over, or that leads elsewhere, failed for good', async () => {
  await using world = await given('file', 'application/pdf', 'price.pdf');
  for (const kind of ['file_redirect', 'file_gone'] as const) {
    world.simulator.fail({ kind });
    await assert.rejects(world.open(), { code: 'media_failed' });
  }
  world.simulator.expireMedia();
  await assert.rejects(world.open(), { code: 'media_failed' });
});

test('the token goes with a link to the service alone; a link to anywhere else is not followed', async () => {
  const asked: PlatformRequest[] = [];
  const tools = createMemoryTools({ fetch: fetchOf(() => ({ status: 200, body: 'x' }), asked) });
  const channel = channelFor({ accessToken: 'kept', accessTokenEndsAtMs: '4102444800000' });
  await using world = await given('file', 'application/pdf', 'price.pdf');
  const at = (url: string) => ({
    ...world.media,
    source: { platformFileId: '1', url, objectKey: '', expiresAt: undefined },
  });
  for (const url of [
    'https://smba.trafficmanager.net/a',
    'https://company.sharepoint.com/a',
    'http://smba.trafficmanager.net/a',
  ]) {
    await download(at(url), channel, tools);
  }
  const tokens = asked.map(({ headers }) => headers.authorization);
  assert.deepEqual(tokens, ['Bearer kept', undefined, undefined]);
  await assert.rejects(download(at('http://169.254.169.254/latest'), world.channel, world.tools()), {
    code: 'permission',
  });
});
