import assert from 'node:assert/strict';
import { test } from 'node:test';
import { strandItem } from './strand-item.ts';

const item = { sequence: 43, id: 'e', bytes: Buffer.from('{"id":"e","data":"x"}'), traceparent: '' };
const read = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString());

test('an element says its strand and what comes before it there, and stays the same otherwise', () => {
  const { bytes, ...rest } = strandItem(item, { name: '3/4', previous: [41] });
  assert.deepEqual(read(bytes), { strand: '3/4', previous: '00000000000000000041', id: 'e', data: 'x' });
  assert.deepEqual(rest, { sequence: 43, id: 'e', traceparent: '' });
});

test('the first after strands says what it comes after, and no strand', () => {
  const { bytes } = strandItem(item, { name: undefined, previous: [42, 0] });
  assert.deepEqual(read(bytes), {
    previous: '00000000000000000042 00000000000000000000',
    id: 'e',
    data: 'x',
  });
});
