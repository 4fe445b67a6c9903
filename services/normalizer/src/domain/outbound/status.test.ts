import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageState } from '@trunkline/contracts';
import fc from 'fast-check';
import { isForward, stateOf } from './status.ts';

type Word = 'queued' | 'sent' | 'delivered' | 'read' | 'failed' | 'unknown' | 'expired';

const states: Readonly<Record<Word, MessageState>> = {
  queued: MessageState.MESSAGE_STATE_QUEUED,
  sent: MessageState.MESSAGE_STATE_SENT,
  delivered: MessageState.MESSAGE_STATE_DELIVERED,
  read: MessageState.MESSAGE_STATE_READ,
  failed: MessageState.MESSAGE_STATE_FAILED,
  unknown: MessageState.MESSAGE_STATE_UNKNOWN,
  expired: MessageState.MESSAGE_STATE_EXPIRED,
};

const moves: readonly [Word, Word, boolean][] = [
  ['queued', 'sent', true],
  ['sent', 'delivered', true],
  ['delivered', 'read', true],
  ['read', 'delivered', false],
  ['delivered', 'sent', false],
  ['delivered', 'failed', false],
  ['sent', 'failed', true],
  ['sent', 'unknown', false],
  ['unknown', 'sent', true],
  ['unknown', 'read', true],
  ['failed', 'delivered', true],
  ['failed', 'sent', false],
  ['sent', 'queued', false],
  ['sent', 'sent', false],
];

for (const [from, to, expected] of moves) {
  test(`${from} ${expected ? 'goes on to' : 'never becomes'} ${to}`, () => {
    assert.equal(isForward(states[from], states[to]), expected);
  });
}

const wholes: readonly [readonly Word[], Word][] = [
  [['sent', 'sent'], 'sent'],
  [['sent', 'queued'], 'queued'],
  [['sent', 'failed'], 'failed'],
  [['queued', 'failed'], 'failed'],
  [['read', 'delivered'], 'delivered'],
  [['read', 'unknown'], 'unknown'],
  [['unknown', 'expired'], 'expired'],
];

for (const [parts, expected] of wholes) {
  test(`a message whose parts are ${parts.join(' and ')} is ${expected}`, () => {
    assert.equal(stateOf(parts.map((word) => ({ state: states[word], platformIds: [] }))), states[expected]);
  });
}

test('whatever a messenger tells, a message that was read stays read', () => {
  const any = fc.constantFrom(...Object.values(states));
  fc.assert(
    fc.property(fc.array(any), (told) => {
      let isRead = false;
      let state: MessageState = MessageState.MESSAGE_STATE_QUEUED;
      for (const next of told) {
        state = isForward(state, next) ? next : state;
        isRead ||= state === MessageState.MESSAGE_STATE_READ;
        assert.ok(!isRead || state === MessageState.MESSAGE_STATE_READ);
      }
    }),
  );
});
