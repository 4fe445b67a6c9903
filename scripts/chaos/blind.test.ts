import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { blind } from './blind.ts';

test('an alert whose series are not there is blind, unless it is known why', async () => {
  const rules = await readFile(new URL('../../deploy/prometheus/alerts.yml', import.meta.url), 'utf8');
  const all = [...rules.matchAll(/alert: (\w+)/g)].map(([, title = '']) => ({ title, expr: '' }));
  const names = blind(all).map(({ title }) => title);
  assert.equal(all.length - names.length, 10, 'every exception is an alert that there is');
  for (const name of ['TrunklineDeliveryBehind', 'TrunklineLaneBehind', 'TrunklineDegraded'])
    assert.ok(names.includes(name));
});
