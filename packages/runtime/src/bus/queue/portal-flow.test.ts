import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Flow, flowAfter } from './portal-flow.ts';

/** Looks four times a second, for so many seconds, at a queue that is taken and grows at these rates. */
function look(from: Flow | undefined, seconds: number, rates: { readonly taken: number; readonly arrived: number }) {
  let flow = from;
  const { taken, arrived } = from?.counts ?? { taken: 0, arrived: 0 };
  const startMs = from?.atMs ?? 0;
  for (let ms = 0; ms <= seconds * 1_000; ms += 250) {
    const counts = { taken: taken + (rates.taken * ms) / 1_000, arrived: arrived + (rates.arrived * ms) / 1_000 };
    flow = flowAfter(flow, counts, startMs + ms);
  }
  assert.ok(flow !== undefined);
  return flow;
}

const rounded = ({ takenPerSecond, comingPerSecond }: Flow) => [
  Math.round(takenPerSecond),
  Math.round(comingPerSecond),
];

test('nothing is said before the first two seconds', () => {
  assert.deepEqual(rounded(look(undefined, 1.75, { taken: 100, arrived: 10 })), [0, 0]);
  assert.deepEqual(rounded(look(undefined, 2, { taken: 100, arrived: 10 })), [100, 10]);
});

test('the rates follow what changes within two minutes, and a moment does not upset them', () => {
  const steady = look(undefined, 60, { taken: 100, arrived: 10 });
  assert.deepEqual(rounded(steady), [100, 10]);
  const after = look(steady, 2, { taken: 0, arrived: 10 });
  assert.ok(after.takenPerSecond > 90);
  assert.ok(look(after, 120, { taken: 0, arrived: 10 }).takenPerSecond < 5);
});
