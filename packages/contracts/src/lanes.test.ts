import assert from 'node:assert/strict';
import { test } from 'node:test';
import { laneCount, laneOf } from './lanes.ts';

test('a tenant has its lane for ever: what is stored lies under it', () => {
  const known = { home: 0, a: 2, b: 6, tenant: 3, '\u00c4': 4 };
  for (const [tenantId, lane] of Object.entries(known)) assert.equal(laneOf(tenantId), lane, tenantId);
  assert.equal(laneCount, 8);
});
