import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectorError } from './connector-error.ts';
import { doubtedIf } from './doubt.ts';

const failing = (code: 'unknown_outcome' | 'permission') => () => Promise.reject(new ConnectorError(code, 'no answer'));

test('what may have written stays in doubt; what writes nothing is made again', async () => {
  await assert.rejects(doubtedIf(true, failing('unknown_outcome')), { code: 'unknown_outcome' });
  await assert.rejects(doubtedIf(false, failing('unknown_outcome')), { code: 'transient', message: 'no answer' });
  await assert.rejects(doubtedIf(false, failing('permission')), { code: 'permission' });
  assert.equal(await doubtedIf(false, async () => 7), 7);
});
