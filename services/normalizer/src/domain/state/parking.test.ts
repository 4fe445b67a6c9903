import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openParked, sealParked } from './parking.ts';

const key = Buffer.alloc(32, 7);
const item = Buffer.from('{"raw":"body"}');

test('a parked item opens under its key and id, and sealing it again gives the same bytes', () => {
  const sealed = sealParked(key, 'p1', item);
  assert.deepEqual(Buffer.from(openParked(key, 'p1', sealed)), item);
  assert.deepEqual(sealParked(key, 'p1', item), sealed);
  assert.ok(!Buffer.from(sealed).includes('body'));
});

test('another key, another id and changed bytes are refused', () => {
  const sealed = Buffer.from(sealParked(key, 'p1', item));
  assert.throws(() => openParked(Buffer.alloc(32, 8), 'p1', sealed));
  assert.throws(() => openParked(key, 'p2', sealed));
  sealed.writeUInt8(sealed.readUInt8(0) ^ 1, 0);
  assert.throws(() => openParked(key, 'p1', sealed));
});
