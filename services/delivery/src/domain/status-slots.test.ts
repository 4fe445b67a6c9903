import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PortalState } from '@trunkline/contracts';
import type { StatusDocument } from '../store/statuses.ts';
import { withLook } from './status-slots.ts';

const { PORTAL_STATE_WELL, PORTAL_STATE_BEHIND, PORTAL_STATE_STOPPED } = PortalState;
const halfHour = 30 * 60_000;

test('half an hour shows the worst that was seen in it, and a day has 48 of them', () => {
  let slots: StatusDocument['slots'] = [];
  const look = (state: PortalState, atMs: number) => {
    slots = withLook(slots, state, atMs);
  };
  look(PORTAL_STATE_WELL, 1);
  look(PORTAL_STATE_BEHIND, 2);
  look(PORTAL_STATE_WELL, halfHour - 1);
  look(PORTAL_STATE_WELL, halfHour);
  look(PORTAL_STATE_STOPPED, halfHour * 3);
  assert.deepEqual(
    slots.map(({ from, state }) => [from.getTime() / halfHour, state]),
    [
      [0, PORTAL_STATE_BEHIND],
      [1, PORTAL_STATE_WELL],
      [3, PORTAL_STATE_STOPPED],
    ],
  );
  for (let count = 4; count < 100; count += 1) look(PORTAL_STATE_WELL, count * halfHour);
  assert.deepEqual([slots.length, slots[0]?.from.getTime()], [48, 52 * halfHour]);
});
