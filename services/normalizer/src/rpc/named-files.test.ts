import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Content, Media, MediaState, mediaOf } from '@trunkline/contracts';
import { readFileAddress, signFileUrl } from '@trunkline/runtime';
import { namedFiles } from './named-files.ts';

const ours = { publicUrl: 'https://hub.example', secret: 'a secret' };
const read = (address: string) => readFileAddress(address, ours, 0);
const linkTo = (key: string, expiresAtMs = 1_000) =>
  new URL(signFileUrl({ key, expiresAtMs }, ours.secret), ours.publicUrl).href;
const image = (media: object) => Content.fromJSON({ image: { media } });
const fileOf = (content: Content) => mediaOf(namedFiles(content, 'm-1', read))[0] ?? assert.fail();

test('a link of ours names our file, whatever else the sender says of it', () => {
  const url = linkTo('file-1');
  const claimed = { id: 'file-2', sha256: 'x', state: 'MEDIA_STATE_FAILED', source: { objectKey: 'file-3' } };
  const { id, state, source, sha256, mimeType } = fileOf(image({ url, mimeType: 'image/png', ...claimed }));
  assert.deepEqual([id, source?.objectKey, sha256, mimeType], ['file-1', 'file-1', '', 'image/png']);
  assert.equal(state, MediaState.MEDIA_STATE_STORED);
});

test('an address elsewhere is a file that is copied when it is sent, the same for the same message', () => {
  const given = image({ url: 'https://crm.example/a.png', id: 'file-2', source: { objectKey: 'file-3' } });
  const { id, state, source, url } = fileOf(given);
  assert.equal(state, MediaState.MEDIA_STATE_PENDING);
  assert.deepEqual([source?.url, source?.objectKey, url], ['https://crm.example/a.png', '', '']);
  assert.equal(fileOf(given).id, id);
  assert.notEqual(mediaOf(namedFiles(given, 'm-2', read))[0]?.id, id);
  assert.ok(id !== 'file-2');
});

test('a file without an address, with a bad one, and a link that is not good, are refused with the field', () => {
  const cases: readonly (readonly [object, RegExp])[] = [
    [{}, /^content.image.media.url: is required/],
    [{ id: 'file-1', source: { objectKey: 'file-1' }, state: 'MEDIA_STATE_STORED' }, /url: is required/],
    [{ url: 'ftp://x.example/a' }, /http or https/],
    [{ url: 'a.png' }, /http or https/],
    [{ url: 'https://me:pw@x.example/a' }, /without user and password/],
    [{ url: `https://x.example/${'a'.repeat(2_000)}` }, /2000 characters/],
    [{ url: linkTo('file-1', -1_000) }, /has expired/],
    [{ url: linkTo('file-1').replace('file-1', 'file-2') }, /no link that was given out here/],
  ];
  for (const [media, publicMessage] of cases) {
    assert.throws(() => fileOf(image(media)), { code: 'invalid_argument', publicMessage }, JSON.stringify(media));
  }
  for (const kind of ['image', 'video', 'audio', 'voice', 'file', 'animation', 'videoNote', 'sticker', 'album']) {
    assert.throws(() => namedFiles(Content.fromJSON({ [kind]: {} }), 'm-1', read), /is required/, kind);
  }
});

test('every file of a content is looked at, and content without files stays as it is', () => {
  const media = Media.create({ url: 'https://crm.example/a.png' });
  const albumOf = (...items: readonly Media[]) =>
    Content.fromJSON({ album: { items: items.map((each) => ({ media: Media.toJSON(each) })) } });
  const album = namedFiles(albumOf(media, Media.create({ url: linkTo('file-1') })), 'm-1', read);
  assert.deepEqual(
    mediaOf(album).map(({ state }) => state),
    [MediaState.MEDIA_STATE_PENDING, MediaState.MEDIA_STATE_STORED],
  );
  const foreign = albumOf(media, Media.create({ id: 'x' }));
  assert.throws(() => namedFiles(foreign, 'm-1', read), /content.album.media.url/);
  const text = Content.fromJSON({ text: { plain: 'hi' } });
  assert.deepEqual(namedFiles(text, 'm-1', read), text);
  const link = Content.fromJSON({ link: { url: 'https://x.example' } });
  assert.deepEqual(namedFiles(link, 'm-1', read), link);
});
