import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Media } from '@trunkline/contracts';
import { createMemoryTools } from '@trunkline/testkit';
import { readUpload } from './upload.ts';

const tools = createMemoryTools({ files: new Map([['f1', Buffer.from('12345')]]) });

test('a file is read whole, with its name and type; without a name it gets one', async () => {
  const named = await readUpload(Media.create({ id: 'f1', mimeType: 'image/png', name: 'a.png' }), tools, 5);
  assert.deepEqual([await named.text(), named.name, named.type], ['12345', 'a.png', 'image/png']);
  const nameless = await readUpload(Media.create({ id: 'f1', mimeType: 'image/png' }), tools, 5);
  assert.equal(nameless.name, 'file.png');
});

test('a file above the cap is refused, and so is none', async () => {
  await assert.rejects(readUpload(Media.create({ id: 'f1' }), tools, 4), { code: 'too_large' });
  await assert.rejects(readUpload(undefined, tools, 4), { code: 'content_invalid' });
});
