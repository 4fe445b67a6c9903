import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MetaUpdate } from '@trunkline/adapter-kit';
import { mediaOf } from '@trunkline/contracts';
import { feedChanged } from './parse-comment.ts';

const channel = { id: 'c1', tenantId: 't1', connector: 'facebook', accountId: '10', name: 'Page' };
const comment = { item: 'comment', comment_id: '10_9_5', post_id: '10_9', from: { id: '7', name: 'Anna' } };

function mediaIdOf(verb: string, photo: string, entryMs: number): string {
  const update = { channel, entryMs, receivedAtMs: entryMs } as unknown as MetaUpdate;
  const [told] = feedChanged({ ...comment, verb, photo }, update);
  const event = told?.event;
  if (event?.$case !== 'message' && event?.$case !== 'edit') assert.fail();
  return mediaOf(event.value.content ?? assert.fail())[0]?.id ?? assert.fail();
}

test('a picture that an edit puts in the place of another is fetched for itself, and once however often it is told', () => {
  const first = mediaIdOf('add', 'https://scontent.fbcdn.net/a.jpg', 1_000);
  const second = mediaIdOf('edited', 'https://scontent.fbcdn.net/b.jpg', 2_000);
  const third = mediaIdOf('edited', 'https://scontent.fbcdn.net/c.jpg', 2_000);
  assert.equal(new Set([first, second, third]).size, 3);
  assert.equal(mediaIdOf('edited', 'https://scontent.fbcdn.net/b.jpg', 2_000), second);
});
