import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { readAs, readFields, readJson } from './read-body.ts';

test('what is no JSON, and no UTF-8, is malformed', () => {
  for (const body of ['', '{', '['.repeat(100_000)]) {
    assert.throws(() => readJson(Buffer.from(body)), { name: 'ConnectorError', code: 'malformed' });
  }
  assert.throws(() => readJson(Buffer.from([0x22, 0xff, 0x22])), { code: 'malformed' });
  assert.deepEqual(readJson(Buffer.from('{"id":9007199254740993}')), { id: '9007199254740993' });
});

test('what does not fit is named by its field, and what it held is not told', () => {
  const schema = z.object({ from: z.object({ name: z.string() }) });
  assert.deepEqual(readAs(schema, { from: { name: 'Anna' } }), { from: { name: 'Anna' } });
  assert.throws(
    () => readAs(schema, { from: { name: 79_990_001_122 } }),
    (error: Error) => {
      assert.match(error.message, /^from\.name: /);
      assert.doesNotMatch(error.message, /7999/);
      return true;
    },
  );
  assert.throws(() => readAs(schema, 'Anna'), /^ConnectorError: body: /);
});

test('fields of a form are texts, whatever they came as', () => {
  assert.deepEqual(readFields('{"city":"Omsk","rooms":[2,3],"is":true}'), { city: 'Omsk', rooms: '[2,3]', is: 'true' });
  assert.deepEqual([readFields('Omsk'), readFields('5'), readFields('')], [{ answer: 'Omsk' }, { answer: '5' }, {}]);
});
