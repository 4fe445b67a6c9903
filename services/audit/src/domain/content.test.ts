import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import { contentKey, openContent, sealContent } from './content.ts';

const master = createSecretKey(Buffer.alloc(32, 1));
const salt = Buffer.alloc(32, 2);
const clear = Buffer.from('what somebody wrote');

test('content opens with the key and entry that it was sealed with', () => {
  const sealed = sealContent(contentKey(master, 't', salt), 'id', clear);
  assert.equal(sealed.length, 12 + clear.length + 16);
  assert.deepEqual(openContent(contentKey(master, 't', salt), 'id', sealed), clear);
});

const strangers: readonly { readonly what: string; readonly open: (sealed: Buffer) => Buffer | undefined }[] = [
  { what: "another tenant's key", open: (sealed) => openContent(contentKey(master, 'u', salt), 'id', sealed) },
  { what: 'another salt', open: (sealed) => openContent(contentKey(master, 't', Buffer.alloc(32, 3)), 'id', sealed) },
  {
    what: 'another master',
    open: (sealed) => openContent(contentKey(createSecretKey(Buffer.alloc(32, 9)), 't', salt), 'id', sealed),
  },
  { what: 'another entry', open: (sealed) => openContent(contentKey(master, 't', salt), 'other', sealed) },
  { what: 'a part of it', open: (sealed) => openContent(contentKey(master, 't', salt), 'id', sealed.subarray(0, -1)) },
  { what: 'nothing', open: () => openContent(contentKey(master, 't', salt), 'id', Buffer.alloc(0)) },
];

for (const { what, open } of strangers) {
  test(`content does not open with ${what}`, () => {
    assert.equal(open(sealContent(contentKey(master, 't', salt), 'id', clear)), undefined);
  });
}
