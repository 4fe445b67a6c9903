import assert from 'node:assert/strict';
import { test } from 'node:test';
import { safeJson } from './safe-json.ts';

test('whole numbers that a number cannot hold stay as text, everything else as it is', () => {
  const text =
    '{"message_token":5812661846655238145,"n":-9007199254740993,"ok":9007199254740991,"f":0.1234567890123456789}';
  assert.deepEqual(safeJson(Buffer.from(text)), {
    message_token: '5812661846655238145',
    n: '-9007199254740993',
    ok: 9_007_199_254_740_991,
    f: 0.123_456_789_012_345_68,
  });
});

test('a text that looks like a large number stays the same text', () => {
  assert.deepEqual(safeJson('{"id":"5812661846655238145"}'), { id: '5812661846655238145' });
});

test('what is no JSON, no UTF-8 or a pit of brackets is refused', () => {
  assert.throws(() => safeJson('{'), SyntaxError);
  assert.throws(() => safeJson(Uint8Array.of(0xff, 0xfe)), TypeError);
  const pit = `${'['.repeat(1_000_000)}1234567890123456789${']'.repeat(1_000_000)}`;
  assert.throws(() => safeJson(pit), RangeError);
});
