import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typeByName, unsupported } from './received-content.ts';

test('what is not known is named by the platform’s word, unless that is no word', () => {
  const { platformType, text } = unsupported('VK', 'wall_reply', 'look');
  assert.deepEqual(
    [platformType, text],
    ['wall_reply', 'VK sent something that cannot be shown here: wall reply\nlook'],
  );
  assert.equal(unsupported('VK', '<script>').platformType, 'unknown');
});

test('a type follows from the ending of a name, and from nothing else', () => {
  assert.deepEqual(['price.PDF', 'a.b.jpg', 'voice.m4a'].map(typeByName), [
    'application/pdf',
    'image/jpeg',
    'audio/mp4',
  ]);
  assert.deepEqual(['', 'pdf.', 'constructor', 'a.toString'].map(typeByName), [
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
