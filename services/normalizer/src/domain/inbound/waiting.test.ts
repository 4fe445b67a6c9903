import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  capabilities,
  channel,
  event,
  hookCall,
  imageContent,
  kinds,
  message,
  only,
  texts,
} from '../../testing/build.ts';
import { createWorld } from '../../testing/world.ts';
import { contentOf } from '../state/message-content.ts';
import { plainTextOf } from '../state/plain-text.ts';

const world = () => createWorld({ channels: [channel], capabilities });

test('events of a platform that orders by time alone are held and sorted', async () => {
  const here = world();
  const held = await here.take(
    hookCall(message('b', 'b', { order: '20', byTime: true })),
    hookCall(message('a', 'a', { order: '10', byTime: true })),
  );
  assert.deepEqual(held, []);
  assert.deepEqual(await here.wait(299), []);
  assert.deepEqual(texts(await here.wait(1)), ['a', 'b']);
  assert.equal(here.all('holds').length, 0);
});

test('a repeat of a held event is found before and after its release', async () => {
  const here = world();
  const one = message('a', 'a', { order: '10', byTime: true });
  assert.deepEqual(kinds(await here.take(hookCall(one), hookCall(one))), ['repeated']);
  assert.deepEqual(kinds(await here.wait(300)), ['received']);
  assert.deepEqual(kinds(await here.take(hookCall(one))), ['repeated']);
});

const photo = (key: string, caption = '', albumId = 'x') => {
  const value = {
    content: imageContent(`f${key}`, caption),
    reply: undefined,
    forward: undefined,
    albumId,
    keyboard: undefined,
  };
  return event({ $case: 'message', value }, { dedupeKey: `message:${key}`, platformId: key, order: key });
};

test('the photos of an album become one message with its caption, and a text behind it keeps its place', async () => {
  const here = world();
  const at = await here.take(hookCall(photo('1', 'receipt')), hookCall(photo('2')), hookCall(message('3', 'after')));
  assert.deepEqual(at, []);
  const facts = await here.wait(1200);
  assert.deepEqual(texts(facts), ['receipt', 'after']);
  const [album] = only(facts, 'received');
  const told = album?.told.event?.event;
  assert.ok(told?.$case === 'message' && told.value.content?.kind?.$case === 'album');
  assert.deepEqual(
    told.value.content.kind.value.items.map(({ media }) => media?.id),
    ['f1', 'f2'],
  );
  assert.deepEqual(kinds(await here.take(hookCall(photo('2')))), ['repeated']);
});

test('a photo that comes after its album was told is a message of its own', async () => {
  const here = world();
  await here.take(hookCall(photo('1'), photo('2')));
  await here.wait(1200);
  await here.take(hookCall(photo('3')));
  const [late] = only(await here.wait(1200), 'received');
  const told = late?.told.event?.event;
  assert.ok(told?.$case === 'message' && told.value.content?.kind?.$case === 'image');
  assert.equal(told.value.albumId, 'x');
});

test("an edit of one photo's caption changes the album in history", async () => {
  const here = world();
  await here.take(hookCall(photo('1', 'old'), photo('2')));
  await here.wait(1200);
  const value = { targetPlatformId: '1', revision: 1, content: imageContent('f1', 'new') };
  await here.take(hookCall(event({ $case: 'edit', value }, { dedupeKey: 'edit:1', platformId: '1' })));
  const content = contentOf(here.all('messages')[0] ?? assert.fail());
  assert.equal(plainTextOf(content), 'new');
  assert.equal(content?.kind?.$case === 'album' && content.kind.value.items.length, 2);
});

test('a flood that would have to wait is released at once, in order', async () => {
  const here = world();
  const flood = Array.from({ length: 201 }, (_, n) =>
    hookCall(message(`${n}`, `${n}`, { order: `${n}`, byTime: true })),
  );
  const facts = await here.take(...flood);
  assert.deepEqual(
    texts(facts),
    Array.from({ length: 201 }, (_, n) => `${n}`),
  );
  assert.equal(here.all('holds').length, 0);
});
