import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skewDate } from './skewed-date.ts';

test('the present is wrong however it is asked for, and nothing else is', () => {
  const Wrong = skewDate(Date, 3_600_000);
  const isAnHourOff = (atMs: number) => Math.abs(atMs - Date.now() - 3_600_000) < 60_000;
  assert.ok(isAnHourOff(Wrong.now()));
  assert.ok(isAnHourOff(new Wrong().getTime()));
  assert.ok(isAnHourOff(Date.parse(Wrong())));
  assert.equal(new Wrong(5).getTime(), 5);
  assert.equal(Wrong.parse('1970-01-01T00:00:01Z'), 1_000);
  assert.ok(new Wrong() instanceof Date && new Date() instanceof Wrong);
});

test('times that servers tell are moved as far as one says, and otherwise told as they are', () => {
  assert.equal(skewDate(Date, 60_000).parse('1970-01-01T00:00:01Z'), 1_000);
  assert.equal(skewDate(Date, 60_000, 60_000).parse('1970-01-01T00:00:01Z'), 61_000);
});
