import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFrame } from './frames.ts';

const cid = '0123456789abcdef';

const refused: readonly [string, string, RegExp][] = [
  ['no JSON', '{', /must be JSON/],
  ['no object', '[]', /./],
  ['a kind that nobody knows', '{"t":"sing"}', /^t:/],
  ['a message without its id', '{"t":"send","text":"hi"}', /^cid:/],
  ['an id with a path in it', '{"t":"send","cid":"../../etc/passwd","text":"hi"}', /^cid: must be 8 to 64/],
  ['a text of 10,001 characters', JSON.stringify({ t: 'send', cid, text: 'x'.repeat(10_001) }), /^text:/],
  ['a cursor below zero', '{"t":"hello","cursor":-1}', /^cursor:/],
];

for (const [name, text, sentence] of refused) {
  test(`a frame is refused in a sentence: ${name}`, () => {
    const read = readFrame(text);
    assert.equal(typeof read, 'string');
    assert.match(String(read), sentence);
  });
}

test('a frame is read with its defaults, and unknown members are left out', () => {
  assert.deepEqual(readFrame(JSON.stringify({ t: 'send', cid, uploadId: 'u-1', isAdmin: true })), {
    t: 'send',
    cid,
    text: '',
    uploadId: 'u-1',
  });
});
