import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createUsualTime } from './usual-time.ts';

test('what counts as sick follows what accepted requests usually take, within a second and ten', () => {
  const usual = createUsualTime();
  assert.equal(usual.sickAfterMs, 1_000);
  for (let count = 0; count < 100; count += 1) usual.accepted(1_000);
  assert.ok(usual.sickAfterMs > 3_600 && usual.sickAfterMs < 4_400, `${usual.sickAfterMs} ms`);
  for (let count = 0; count < 100; count += 1) usual.accepted(20_000);
  assert.equal(usual.sickAfterMs, 10_000);
});

test('a few slow ones among the quick do not make the others wait for them', () => {
  const usual = createUsualTime();
  for (let count = 0; count < 1_000; count += 1) usual.accepted(count % 5 === 0 ? 14_000 : 20);
  assert.ok(usual.sickAfterMs < 1_200, `${usual.sickAfterMs} ms`);
});
