import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formLimits } from './limits.ts';
import { formChannel } from './simulator/door.ts';

const shop = formChannel();
const other = { ...shop, id: '22222222-2222-5222-8222-222222222222' };

for (const [name, most] of [
  ['given', 60],
  ['sent', 10],
] as const) {
  test(`an address has its own most of forms ${name} in each channel`, () => {
    const limits = formLimits();
    for (let n = 0; n < most; n += 1) assert.equal(limits[name](shop, '203.0.113.1', 0), 0);
    assert.ok(limits[name](shop, '203.0.113.1', 0) > 0);
    assert.equal(limits[name](shop, '203.0.113.2', 0), 0, 'another visitor');
    assert.equal(limits[name](other, '203.0.113.1', 0), 0, 'another company');
  });
}
