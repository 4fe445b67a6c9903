import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CloudEvent } from './open.ts';
import { createTried } from './tried.ts';

const events = (sequences: readonly number[], more: Partial<CloudEvent> = {}): CloudEvent[] =>
  sequences.map((sequence) => ({
    ...{ id: '', source: '', type: '', chain: '', sequence: String(sequence), data: '' },
    ...{ datacontenttype: 'application/jose', ...more },
  }));

const told = (from: number, to: number, count = to - from + 1, strand = '') => ({ strand, from, to, count });

test('only what was sent can have been skipped', () => {
  const tried = createTried();
  tried.note(events([1, 2]));
  assert.equal(tried.includes(told(1, 2)), true);
  assert.equal(tried.includes(told(1, 3)), false);
});

test('of strands only what was sent in that strand', () => {
  const tried = createTried();
  tried.note(events([1, 3], { strand: '0/2' }));
  tried.note(events([2], { strand: '1/2' }));
  assert.equal(tried.includes(told(1, 3, 2, '0/2')), true);
  assert.equal(tried.includes(told(1, 3, 3, '0/2')), false);
  assert.equal(tried.includes(told(2, 2, 1, '0/2')), false);
});

test('what was refused and comes once more is counted; what was taken, and notices, are not', () => {
  const tried = createTried();
  tried.note(events([1]));
  tried.note(events([1]));
  assert.equal(tried.again, 0);
  const refused = events([2, 3]);
  tried.note(refused);
  tried.refuse(refused);
  tried.note(events([3], { datacontenttype: 'application/json' }));
  assert.equal(tried.again, 0);
  tried.note(events([3, 4]));
  assert.equal(tried.again, 1);
});
