import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseOf } from './prometheus.ts';

test('an alert without its thresholds is the series that it looks at', () => {
  const cases = [
    ['sum by (service) (increase(a_total[10m])) > 40', 'sum by (service) (increase(a_total[10m]))'],
    ['up == 0 or trunkline_ready == 0', 'up or trunkline_ready'],
    ['max (oldest{mode=~"drain|pull"}) > 20 * 3600', 'max (oldest{mode=~"drain|pull"})'],
    ['imbalance != 0', 'imbalance'],
    [
      'filled{stream!~"OBJ_.*"} > 0.7 and on (instance) (owned{service="janitor"} == 1)',
      'filled{stream!~"OBJ_.*"} and on (instance) (owned{service="janitor"})',
    ],
  ];
  for (const [expr = '', base] of cases) assert.equal(baseOf(expr), base);
});
