import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { takesFile } from '@trunkline/adapter-kit';
import { mediaOf } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { capabilities } from './capabilities.ts';
import { download } from './download.ts';
import { startWorld } from './testing/world.ts';

const bytes = Buffer.from('price list');

/** A file that Anna sent, as the connector tells of it. */
async function given(...options: Parameters<typeof startWorld>) {
  const world = await startWorld(...options);
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

test('a link that is over, or that leads elsewhere, failed for good', async () => {
  let now = Date.now();
  await using world = await given({ now: () => now });
  const open = () => download(world.media, world.channel, world.tools());
  for (const kind of ['file_redirect', 'file_gone'] as const) {
    world.simulator.fail({ kind });
    await assert.rejects(open(), { code: 'media_failed' });
  }
  now += 61 * 60_000;
  await assert.rejects(open(), { code: 'media_failed' });
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

test('a link that is on none of the hosts of Viber is not followed', async () => {
  await using world = await given();
  const source = { platformFileId: '', url: 'http://169.254.169.254/latest', objectKey: '', expiresAt: undefined };
  const elsewhere = download({ ...world.media, source }, world.channel, world.tools());
  await assert.rejects(elsewhere, { code: 'media_failed' });
});

test('no program is within the capabilities: the platform refuses by the ending what the type does not show', () => {
  const takes = (name: string, mimeType = 'application/octet-stream') =>
    takesFile(capabilities.content.file, { name, mimeType, sizeBytes: 1, width: 0, height: 0 });
  for (const ending of ['exe', 'bat', 'cmd', 'com', 'msi', 'scr', 'js', 'vbs', 'jar', 'apk', 'EXE'])
    assert.equal(takes(`a.${ending}`), false, ending);
  assert.equal(takes('', 'application/x-msdownload'), false);
  assert.deepEqual([takes('price.pdf'), takes('exe'), takes('a.exe.zip')], [true, true, true]);
});
