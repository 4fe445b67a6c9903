import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchBody } from './body.ts';
import { noticeItem } from './notice.ts';

test('elements are joined as they are, and the whole is a JSON array', () => {
  const item = (text: string) => ({ sequence: 1, id: 'e', bytes: Buffer.from(text), traceparent: '' });
  assert.equal(batchBody([item('{"a": 1}')]).toString(), '[{"a": 1}]');
  assert.equal(batchBody([item('{"a": 1}'), item('{"b":2}')]).toString(), '[{"a": 1},{"b":2}]');
});

test('a notice takes sequence and chain of the last event of its range', () => {
  const chain = Buffer.alloc(32, 7);
  const at = new Date('2026-03-01T10:00:00.000Z');
  const range = { kind: 'expired', fromSequence: 3, toSequence: 9, reason: 'older than 24 hours', chain, at, count: 0 };
  const item = noticeItem({ id: 'p', tenantId: 't' }, range);
  assert.equal(item.sequence, 9);
  assert.deepEqual(JSON.parse(Buffer.from(item.bytes).toString()), {
    specversion: '1.0',
    id: item.id,
    source: 'trunkline/t/p',
    type: 'trunkline.events.expired.v1',
    time: '2026-03-01T10:00:00.000Z',
    sequence: '00000000000000000009',
    chain: '07'.repeat(32),
    datacontenttype: 'application/json',
    data: { from: '00000000000000000003', to: '00000000000000000009', reason: 'older than 24 hours' },
  });
});
