import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterItems, afterParking, type ParkWindow } from './park-window.ts';

function park(window: ParkWindow, times: number): ParkWindow | undefined {
  let now: ParkWindow | undefined = window;
  for (let done = 0; done < times; done += 1) now = now && afterParking(now);
  return now;
}

const empty: ParkWindow = { decided: 0, parked: [] };

test('five of a hundred items may be parked, the sixth stops the lane', () => {
  assert.deepEqual(park(empty, 5), { decided: 5, parked: [1, 2, 3, 4, 5] });
  assert.equal(park(empty, 6), undefined);
});

test('what was parked longer ago than a hundred items is forgiven', () => {
  const five = park(empty, 5);
  assert.ok(five);
  assert.equal(afterParking(afterItems(five, 94)), undefined);
  assert.ok(afterParking(afterItems(five, 95)), 'the first one is the hundredth before it');
});
