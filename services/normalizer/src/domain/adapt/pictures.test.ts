import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capabilities, OutgoingMessage } from '@trunkline/contracts';
import { adapt } from './adapt.ts';

const mebibyte = 1024 * 1024;
const pictures = { maxBytes: mebibyte, mimeTypes: ['image/jpeg', 'image/png'] };
const channel = (content: Record<string, object>, more: object = {}) =>
  Capabilities.fromPartial({ textMax: 1_000, content: { text: {}, ...content }, ...more });

const picture = (mimeType: string, more: object = {}) => ({ id: 'f', name: 'a', mimeType, sizeBytes: 1_000, ...more });

function sent(kind: object, capabilities: Capabilities) {
  const message = OutgoingMessage.fromJSON({ message: { content: kind } });
  const { parts, degraded } = adapt(message, capabilities, () => 'https://files.example/f');
  const kinds = parts.map(({ action }) => action?.$case === 'message' && action.value.content?.kind?.$case);
  return [kinds.join('+'), degraded.join('+')];
}

const cases: readonly [name: string, media: object, capabilities: Capabilities, kinds: string, degraded: string][] = [
  ['a type that is taken', picture('image/png'), channel({ image: pictures }), 'image', ''],
  ['a type that is not', picture('image/webp'), channel({ image: pictures, file: {} }), 'image', 'D12'],
  [
    'one that is too large',
    picture('image/png', { sizeBytes: 9 * mebibyte }),
    channel({ image: pictures }),
    'image',
    'D12',
  ],
  ['one that would stop to move', picture('image/gif'), channel({ image: pictures, file: {} }), 'file', 'D3'],
  ['a drawing', picture('image/svg+xml'), channel({ image: pictures, file: {} }), 'file', 'D3'],
  [
    'one of more bytes than we read',
    picture('image/png', { sizeBytes: 99 * mebibyte }),
    channel({ image: pictures }),
    'text',
    'D1',
  ],
  [
    'one of more pixels than we read',
    picture('image/webp', { width: 9_000, height: 9_000 }),
    channel({ image: pictures }),
    'text',
    'D1',
  ],
  [
    'where other types are taken',
    picture('image/webp'),
    channel({ image: { mimeTypes: ['image/gif'] }, file: {} }),
    'file',
    'D3',
  ],
  [
    'where nothing so small can be promised',
    picture('image/webp'),
    channel({ image: { ...pictures, maxBytes: 1_000 } }),
    'text',
    'D1',
  ],
  ['where there are no pictures', picture('image/webp'), channel({ file: {} }), 'file', 'D3'],
];

for (const [name, media, capabilities, kinds, degraded] of cases) {
  test(`a picture: ${name}`, () => {
    assert.deepEqual(sent({ image: { media } }, capabilities), [kinds, degraded]);
  });
}

test('an album stays one where its pictures can be made fit; its videos cannot', () => {
  const item = (type: string, mimeType: string) => ({ type: `ALBUM_ITEM_TYPE_${type}`, media: picture(mimeType) });
  const capabilities = channel({ image: pictures, album: {}, video: { mimeTypes: ['video/mp4'] } }, { albumMax: 10 });
  const album = (...items: object[]) => ({ album: { items } });
  assert.deepEqual(sent(album(item('IMAGE', 'image/webp'), item('IMAGE', 'image/png')), capabilities), [
    'album',
    'D12',
  ]);
  const mixed = album(item('IMAGE', 'image/webp'), item('VIDEO', 'video/webm'));
  assert.deepEqual(sent(mixed, capabilities), ['image+text', 'D12+D1']);
});

test('a sticker goes as a picture that is made fit', () => {
  const sticker = { sticker: { media: picture('image/webp'), emoji: '👍' } };
  assert.deepEqual(sent(sticker, channel({ image: pictures })), ['image', 'D6']);
});

test('a sound of a type that is not taken goes as a file, and as a link where files are not', () => {
  const sound = { audio: { media: picture('audio/flac') } };
  const mp3 = { mimeTypes: ['audio/mpeg'] };
  assert.deepEqual(sent(sound, channel({ audio: mp3, file: {} })), ['file', 'D3']);
  assert.deepEqual(sent(sound, channel({ audio: mp3, file: { mimeTypes: ['application/pdf'] } })), ['text', 'D1']);
  const voice = { voice: { media: picture('audio/mp4') } };
  assert.deepEqual(sent(voice, channel({ voice: mp3, audio: { mimeTypes: ['audio/mp4'] } })), ['audio', 'D3']);
});
