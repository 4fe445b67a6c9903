import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { metricNames } from './telemetry.ts';

const operations = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');

test('the page for operations says of every metric what it means, and tells of no other', () => {
  const section = /^## Metrics$([\s\S]*?)^## /m.exec(operations)?.[1] ?? '';
  const told = new Set(section.match(/trunkline_[a-z_]+/g));
  assert.deepEqual([...told].toSorted(), metricNames.toSorted());
});

test('a metric is named after us, in small letters', () => {
  assert.deepEqual(
    metricNames.filter((name) => !/^trunkline_[a-z]+(_[a-z]+)*$/.test(name)),
    [],
  );
});
