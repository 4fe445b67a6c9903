import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChannelState } from '@trunkline/contracts';
import type { ChannelDocument } from '../store/documents.ts';
import { nextHealth, type ToldHealth, tokenWarningMs } from './channel-health.ts';

const nowMs = Date.UTC(2026, 6, 1);
const channel = (more: Partial<ChannelDocument> = {}): ChannelDocument => ({
  ...{ _id: 'c1', tenantId: 't1', name: 'Bot', isActive: true, createdAt: new Date(0), requestHash: '' },
  ...{ connector: 'telegram', lineId: 'l1', settingsJson: '{}', sealedSecrets: '', secretNames: [], accountName: '' },
  ...{ deepLink: '', hookUrl: '', state: 'ok', stateReason: '', warnings: [], revision: 3, ...more },
});
const told = (state: ChannelState, more: Partial<ToldHealth> = {}): ToldHealth => ({
  ...{ revision: 3, state, reason: '', tokenEndsAt: undefined, isTold: false, isPast: false, ...more },
});
const { CHANNEL_STATE_OK: ok, CHANNEL_STATE_NEEDS_SIGN_IN: signIn, CHANNEL_STATE_BANNED: banned } = ChannelState;
const soon = new Date(nowMs + tokenWarningMs - 1);

test('what is as it was changes nothing', () => {
  assert.equal(nextHealth(channel(), told(ok), nowMs), undefined);
  const ill = channel({ state: 'banned', stateReason: 'spam', toldState: 'banned' });
  assert.equal(nextHealth(ill, told(banned, { reason: 'spam' }), nowMs), undefined);
});

test('what is said of a former revision, or while it is being connected, does not count', () => {
  assert.equal(nextHealth(channel(), told(signIn, { revision: 2 }), nowMs), undefined);
  assert.equal(nextHealth(channel({ state: 'connecting' }), told(signIn), nowMs), undefined);
  assert.equal(nextHealth(channel(), told(ChannelState.CHANNEL_STATE_UNSPECIFIED), nowMs), undefined);
});

test('each change has a number, and the time since when it is so', () => {
  const first = nextHealth(channel(), told(signIn, { reason: 'revoked' }), nowMs);
  assert.deepEqual(
    [first?.state, first?.stateReason, first?.stateAt, first?.stateNumber],
    ['needs_sign_in', 'revoked', new Date(nowMs), 1],
  );
  const signedIn = channel({ ...first, state: 'ok', stateReason: '' });
  const back = nextHealth(signedIn, told(ok), nowMs + 5);
  assert.deepEqual([back?.toldState, back?.stateNumber], ['ok', 2], 'a person signed in: the portal hears that too');
});

test('what the platform told by itself is kept, and its portal is not told once more', () => {
  const kept = channel({ tokenEndsAt: soon });
  const told1 = nextHealth(kept, told(banned, { reason: 'spam', isTold: true }), nowMs);
  assert.deepEqual([told1?.state, told1?.toldState, told1?.stateNumber], ['banned', 'banned', undefined]);
  assert.equal(told1?.tokenEndsAt, soon);
  const back = nextHealth(channel({ ...kept, ...told1 }), told(ok), nowMs + 5);
  assert.deepEqual([back?.state, back?.stateNumber], ['ok', 1]);
});

test('a token that ends within a week is a warning, as long as nothing is worse', () => {
  const warned = nextHealth(channel(), told(ok, { tokenEndsAt: soon }), nowMs);
  assert.deepEqual(
    [warned?.state, warned?.stateReason],
    ['degraded', `The token ends on ${soon.toISOString().slice(0, 10)}: sign in again before.`],
  );
  assert.equal(nextHealth(channel(), told(signIn, { tokenEndsAt: soon }), nowMs)?.state, 'needs_sign_in');
  const later = new Date(nowMs + tokenWarningMs + 1);
  const known = nextHealth(channel(), told(ok, { tokenEndsAt: later }), nowMs);
  assert.deepEqual([known?.state, known?.tokenEndsAt, known?.stateNumber], ['ok', later, undefined]);
});

test('what may not hold any more changes nothing, and the portal that heard it hears how it really is', () => {
  const past = (state: ChannelState) => told(state, { reason: 'spam', isTold: true, isPast: true });
  const heard = nextHealth(channel(), past(banned), nowMs);
  assert.deepEqual(
    [heard?.state, heard?.stateReason, heard?.toldState, heard?.stateNumber],
    ['ok', '', 'banned', undefined],
  );
  const asked = nextHealth(channel({ ...heard }), told(ok), nowMs);
  assert.deepEqual([asked?.state, asked?.toldState, asked?.stateNumber], ['ok', 'ok', 1]);
  assert.equal(nextHealth(channel({ state: 'banned', toldState: 'banned' }), past(banned), nowMs), undefined);
});
