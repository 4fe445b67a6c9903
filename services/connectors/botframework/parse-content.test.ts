import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mediaOf } from '@trunkline/contracts';
import { contentsOf } from './parse-content.ts';
import type { Activity } from './types.ts';

function mediaIdOf(type: string, timestamp: string): string {
  const attachments = [{ contentType: 'image/png', contentUrl: 'https://files.example/1' }];
  const about = { id: 'm1', channelId: 'msteams', conversation: { id: 'a:1' } };
  const [content] = contentsOf({ type, timestamp, ...about, attachments } as unknown as Activity, 'c1');
  return mediaOf(content ?? assert.fail())[0]?.id ?? assert.fail();
}

test('a file that an edit puts in the place of another is fetched for itself; a message has one however often it is told', () => {
  const [first, second, third] = ['2026-07-01T10:00:00Z', '2026-07-01T10:01:00Z', '2026-07-01T10:02:00Z'];
  const ids = [mediaIdOf('message', first), mediaIdOf('messageUpdate', second), mediaIdOf('messageUpdate', third)];
  assert.equal(new Set(ids).size, 3);
  assert.equal(mediaIdOf('message', second), ids[0]);
  assert.equal(mediaIdOf('messageUpdate', second), ids[1]);
});
