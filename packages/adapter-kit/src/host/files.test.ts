import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MediaState, MessageState } from '@trunkline/contracts';
import type { HostedService } from '@trunkline/runtime';
import { startHttpDouble, until } from '@trunkline/testkit';
import sharp from 'sharp';
import { type Surroundings, sendFile, startSurroundings, tenantId } from '../testing/surroundings.ts';

const picture = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

let around: Surroundings;
let hosted: HostedService<unknown>;
before(async () => {
  around = await startSurroundings();
  hosted = around.start({ FILE_MAX_MEBIBYTES: '1', ALLOW_PRIVATE_PORTALS: tenantId });
  await hosted.ready;
});
after(async () => {
  await hosted?.stop();
  await around?.[Symbol.asyncDispose]();
});

/** Results of a channel's sends, once there are so many. */
async function resultsOf(channelId: string, count: number) {
  return await until(async () => {
    const items = await around.entered(channelId);
    const found = items.flatMap(({ item }) => (item?.$case === 'sendResult' ? [item.value] : []));
    return found.length >= count && found;
  });
}

/** What became of a channel's files, once there are so many. */
async function filesOf(channelId: string, count: number) {
  return await until(async () => {
    const items = await around.entered(channelId);
    const found = items.flatMap(({ item }) => (item?.$case === 'fileResult' ? [item.value] : []));
    return found.length >= count && found;
  });
}

test('a file is copied, hashed and typed by its content; one that is gone, endless or of a gigabyte fails with its reason', async () => {
  const id = await around.channel();
  const fetchOf = (platformFileId: string) => ({
    ...{ tenantId, channelId: id, conversationId: '', at: new Date(), traceparent: '' },
    order: {
      $case: 'fetch' as const,
      value: {
        messageId: 'm',
        media: {
          ...{ id: `${id}-${platformFileId}`, mimeType: '', sizeBytes: 0, name: 'cat.png', sha256: '', url: '' },
          ...{ width: 0, height: 0, durationSeconds: 0, state: MediaState.MEDIA_STATE_PENDING },
          source: { platformFileId, url: '', expiresAt: undefined, objectKey: '' },
        },
      },
    },
  });
  await around.order(fetchOf('cat'), fetchOf('gone'), fetchOf('endless'), fetchOf('gigabyte'));
  const settled = await filesOf(id, 4);
  const [cat, gone, endless, gigabyte] = ['cat', 'gone', 'endless', 'gigabyte'].map((name) =>
    settled.find(({ media }) => media?.id === `${id}-${name}`),
  );
  assert.equal(cat?.media?.state, MediaState.MEDIA_STATE_STORED);
  assert.equal(cat?.media?.mimeType, 'image/png');
  assert.match(cat?.media?.sha256 ?? '', /^[0-9a-f]{64}$/);
  assert.deepEqual([gone?.media?.state, gone?.reason], [MediaState.MEDIA_STATE_FAILED, 'media_failed']);
  for (const large of [endless, gigabyte]) {
    assert.deepEqual([large?.media?.state, large?.reason], [MediaState.MEDIA_STATE_TOO_LARGE, 'too_large']);
  }
});

test('a company’s own file is copied from its address before it is sent, and told of; its second copy is not fetched', async () => {
  const id = await around.channel();
  let asked = 0;
  await using company = await startHttpDouble(({ url }) => {
    asked += 1;
    if (url.pathname === '/moved') return { status: 302, headers: { location: '/cat.png' } };
    if (url.pathname === '/endless') return 'endless';
    return url.pathname === '/cat.png' ? { status: 200, body: picture } : { status: 404 };
  });
  const orderOf = (name: string, key = name) =>
    sendFile(id, `m-${key}`, { id: `${id}-${name}`, name: 'cat.png', source: { url: `${company.url}/${name}` } });
  await around.order(orderOf('cat.png'), orderOf('gone'), orderOf('moved'), orderOf('endless'));
  const all = await resultsOf(id, 4);
  const codes = new Map(all.map(({ messageId, error, state }) => [messageId, error?.code ?? state]));
  assert.deepEqual(Object.fromEntries(codes), {
    'm-cat.png': MessageState.MESSAGE_STATE_SENT,
    'm-gone': 'media_failed',
    'm-moved': 'media_failed',
    'm-endless': 'too_large',
  });
  const files = new Map((await filesOf(id, 4)).map(({ messageId, media }) => [messageId, media]));
  const stored = files.get('m-cat.png');
  assert.deepEqual([stored?.state, stored?.mimeType], [MediaState.MEDIA_STATE_STORED, 'image/png']);
  assert.match(stored?.sha256 ?? '', /^[0-9a-f]{64}$/);
  assert.equal(files.get('m-gone')?.state, MediaState.MEDIA_STATE_FAILED);
  assert.equal(files.get('m-endless')?.state, MediaState.MEDIA_STATE_TOO_LARGE);
  const before = asked;
  await around.order(orderOf('cat.png', 'again'));
  await resultsOf(id, 5);
  assert.equal(asked, before);
});

test('a picture that the channel does not take is made into one that it takes, whatever was said of it; history is told', async () => {
  const id = await around.channel();
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  const large = await sharp({ create: { width: 600, height: 400, channels: 3, background: 'red', noise } })
    .png()
    .toBuffer();
  const clear = { r: 0, g: 0, b: 0, alpha: 0 };
  const webp = await sharp({ create: { width: 40, height: 30, channels: 4, background: clear } })
    .webp()
    .toBuffer();
  const served = new Map([
    ['/large.png', large],
    ['/clear.webp', webp],
    ['/small.png', await sharp(webp).png().toBuffer()],
    ['/broken.webp', webp.subarray(0, 40)],
  ]);
  await using company = await startHttpDouble(({ url }) => ({ status: 200, body: served.get(url.pathname) ?? '' }));
  const orderOf = (name: string, key = name) =>
    sendFile(id, `m-${key}`, {
      ...{ id: `${id}-${name}`, name, mimeType: 'image/png' },
      source: { url: `${company.url}/${name}` },
    });
  await around.order(...['large.png', 'clear.webp', 'small.png', 'broken.webp'].map((name) => orderOf(name)));
  const results = new Map((await resultsOf(id, 4)).map((result) => [result.messageId, result]));
  const arrived = (key: string) => {
    const found = around.platform.asked.find((asked) => asked.id === `m-${key}`)?.picture;
    const bytes = Buffer.from(found?.bytes ?? '', 'base64');
    return { name: found?.name, mimeType: found?.mimeType, bytes };
  };
  const made = arrived('large.png');
  assert.deepEqual([made.name, made.mimeType], ['large.jpg', 'image/jpeg']);
  assert.ok(made.bytes.length <= 128 * 1024 && large.length > 128 * 1024);
  assert.equal((await sharp(made.bytes).metadata()).format, 'jpeg');
  const seen = arrived('clear.webp');
  assert.deepEqual(
    [seen.name, seen.mimeType, (await sharp(seen.bytes).metadata()).hasAlpha],
    ['clear.png', 'image/png', true],
  );
  assert.deepEqual(arrived('small.png').bytes, served.get('/small.png'));
  const degraded = ['large.png', 'clear.webp', 'small.png'].map((key) => results.get(`m-${key}`)?.degraded);
  assert.deepEqual(degraded, [['D12'], ['D12'], []]);
  assert.equal(results.get('m-broken.webp')?.error?.code, 'media_failed');
  assert.equal(arrived('broken.webp').name, undefined);
  // History keeps what was sent to us.
  const stored = (await filesOf(id, 4)).find(({ messageId }) => messageId === 'm-large.png')?.media;
  assert.deepEqual([stored?.mimeType, stored?.sizeBytes], ['image/png', large.length]);
});

test('a company cannot reach into our network by the address of a file', async () => {
  const strict = around.start({ ALLOW_PRIVATE_PORTALS: 'somebody-else', HTTP_PORT: '0' });
  await hosted.stop();
  await strict.ready;
  hosted = strict;
  const id = await around.channel();
  let asked = 0;
  await using inside = await startHttpDouble(() => {
    asked += 1;
    return { status: 200, body: picture };
  });
  await around.order(sendFile(id, 'm-inside', { id: `${id}-inside`, source: { url: `${inside.url}/secret` } }));
  const [result] = await resultsOf(id, 1);
  assert.deepEqual(
    [result?.error?.code, result?.error?.text],
    ['media_failed', 'the address of the file is not public'],
  );
  assert.equal(asked, 0);
});
