import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PortalMode, PortalState, UnwellPortal } from '@trunkline/contracts';
import { isUnwell, stateOf, worstFirst } from './unwell.ts';

const { PORTAL_MODE_LIVE, PORTAL_MODE_DRAIN, PORTAL_MODE_PAUSED, PORTAL_MODE_PULL } = PortalMode;
const { PORTAL_STATE_WELL, PORTAL_STATE_BEHIND, PORTAL_STATE_STOPPED } = PortalState;

test('a portal is looked at when it is paused, failing, or behind for longer than a switch takes and it lets events wait', () => {
  for (const [mode, failures, ageMs, unwell, state, lingerMs = 200] of [
    [PORTAL_MODE_LIVE, 0, 500, false, PORTAL_STATE_WELL],
    [PORTAL_MODE_LIVE, 0, 11_000, true, PORTAL_STATE_WELL],
    [PORTAL_MODE_LIVE, 0, 60_300, false, PORTAL_STATE_WELL, 60_000],
    [PORTAL_MODE_LIVE, 0, 71_000, true, PORTAL_STATE_WELL, 60_000],
    [PORTAL_MODE_DRAIN, 0, 3_000, false, PORTAL_STATE_WELL],
    [PORTAL_MODE_DRAIN, 1, 3_000, true, PORTAL_STATE_BEHIND],
    [PORTAL_MODE_DRAIN, 0, 61_000, true, PORTAL_STATE_BEHIND],
    [PORTAL_MODE_PAUSED, 0, 0, true, PORTAL_STATE_STOPPED],
    [PORTAL_MODE_PULL, 0, 30_000, false, PORTAL_STATE_WELL],
    [PORTAL_MODE_PULL, 0, 61_000, true, PORTAL_STATE_BEHIND],
  ] as readonly (readonly [PortalMode, number, number, boolean, PortalState, number?])[]) {
    const judged = { mode, failures, ageMs, lingerMs };
    assert.deepEqual([isUnwell(judged), stateOf(judged)], [unwell, state], JSON.stringify(judged));
  }
});

test('a possible loss stands first, then whose events expire soonest, then who has most', () => {
  const portals = [
    { portalId: 'a', expiring: 0.1, waiting: 5 },
    { portalId: 'b', expiring: 0.9, waiting: 1 },
    { portalId: 'c', expiring: 0.1, waiting: 9 },
    { portalId: 'd', pauseReason: 'gap: events before the next one are missing' },
    { portalId: 'e', expiring: 0.1, waiting: 5 },
  ].map((each) => UnwellPortal.fromPartial(each));
  assert.equal(
    portals
      .toSorted(worstFirst)
      .map(({ portalId }) => portalId)
      .join(''),
    'dbcae',
  );
});
