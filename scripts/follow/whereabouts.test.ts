import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SeenBacklog } from './backlog.ts';
import { placesOf } from './places.ts';
import type { ShownHop } from './table.ts';

const nowMs = Date.parse('2026-01-01T10:00:30Z');
const drained: SeenBacklog = {
  ...{ portalId: 'p', mode: 'PORTAL_MODE_DRAIN', headSequence: '9', deliveredSequence: '4', waiting: '5', lane: 1 },
  ...{
    expired: '0',
    parked: '0',
    withheld: '0',
    skipped: '0',
    oldestAt: '2026-01-01T10:00:00Z',
    nextAttemptAt: '2026-01-01T10:00:42Z',
  },
  ...{ lastError: 'portal_unavailable', lastErrorText: 'the portal answered 503', pauseReason: '', owner: 'd1' },
};

/** A hop with what matters for its place. */
function hop(stream: string, kind: string, more: Partial<ShownHop['entry']> = {}): ShownHop {
  const ids = { id: 'm', messageIds: ['m'], conversationId: 'c', channelId: 'ch', portalId: 'p', traceparent: '' };
  const counts = { sequence: '0', lastSequence: '0', attempt: 1, durationMs: 1, httpStatus: 0, kid: '', count: '0' };
  const entry = { kind, service: 's', at: '2026-01-01T10:00:00Z', outcome: '', ...ids, ...counts, ...more };
  return { stream, entry };
}

const stored = [hop('INGRESS', 'hook.received'), hop('INGRESS', 'hook.stored')];
const decided = [...stored, hop('FACTS', 'messages.received')];
const sealed = [...decided, hop('OUTBOX', 'event.sealed', { sequence: '6' })];
const tried = (outcome: string, kind = 'delivery.attempted') =>
  hop('DELIVERIES', kind, { sequence: '5', lastSequence: '7', outcome });
const submitted = [hop('INGRESS', 'message.submitted')];
const answered = [...submitted, hop('FACTS', 'messages.submitted')];
const dispatched = [...answered, hop('EGRESS_telegram', 'message.dispatched')];

const cases: readonly [what: string, hops: readonly ShownHop[], backlog: Partial<SeenBacklog>, told: string[]][] = [
  ['only stored', stored, {}, ['waits Stored; it waits for the normalizer.']],
  [
    'parked',
    [...stored, hop('FACTS', 'items.parked', { outcome: 'malformed' })],
    {},
    ['ended It went no further: items.parked, malformed.'],
  ],
  ['decided', decided, {}, ['waits Decided; it waits for the sealer.']],
  [
    'for no portal',
    [...stored, hop('FACTS', 'messages.received', { portalId: '' })],
    {},
    ['ended Its line has no portal.'],
  ],
  [
    'behind another event of a sick portal',
    [...sealed, tried('portal_unavailable')],
    {},
    ['waits It waits for the portal p: sequence 6, 1 before it. The portal answered 503; next try in 12 s.'],
  ],
  [
    'the next of a paused portal',
    sealed,
    { deliveredSequence: '5', pauseReason: 'it moves house' },
    ['waits It waits for the portal p: sequence 6, it is the next. Paused: it moves house.'],
  ],
  [
    'taken, and not recorded yet',
    sealed,
    { deliveredSequence: '6' },
    ['waits The portal p has it, as sequence 6: history does not say so yet.'],
  ],
  ['taken', [...sealed, tried('accepted')], {}, ['there The portal p has all of it, up to sequence 6.']],
  [
    'expired',
    [...sealed, tried('expired', 'events.expired')],
    {},
    ['ended The portal p does not have its sequence 6: expired.'],
  ],
  [
    'expired, and brought by a replay since',
    [
      ...[...sealed, tried('expired', 'events.expired'), tried('portal_timeout', 'delivery.replayed')],
      hop('DELIVERIES', 'delivery.replayed', { sequence: '6', lastSequence: '6', outcome: 'accepted', replay: 3 }),
    ],
    {},
    ['there The portal p has its sequence 6: replay 3 brought it.'],
  ],
  ['an answer that was stored', submitted, {}, ['waits Stored; it waits for the normalizer.']],
  ['an answer that was decided', answered, {}, ['waits Stored; it waits for dispatch.']],
  ['an answer in its queue', dispatched, {}, ["waits It waits in the channel's queue of telegram: not tried yet."]],
  [
    'an answer that the messenger refused for now',
    [...dispatched, hop('SENDS_telegram', 'send.attempted', { outcome: 'rate_limited', attempt: 2 })],
    {},
    ["waits It waits in the channel's queue of telegram: try 2: rate_limited."],
  ],
  [
    'an answer that was sent',
    [...dispatched, hop('FACTS', 'messages.status', { outcome: 'sent' })],
    {},
    ['there The messenger has it: sent.'],
  ],
  [
    'an answer that failed',
    [...dispatched, hop('FACTS', 'messages.status', { outcome: 'blocked' })],
    {},
    ['ended The messenger does not have it, or nobody can tell: blocked.'],
  ],
];

for (const [what, hops, backlog, told] of cases) {
  test(`where it is, and why it waits: ${what}`, async () => {
    const places = await placesOf({ id: 'm' }, hops, { backlogOf: async () => ({ ...drained, ...backlog }), nowMs });
    assert.deepEqual(
      places.map(({ kind, text }) => `${kind} ${text}`),
      told,
    );
  });
}

test('of a portal that catches up it is told when nothing will wait any more', async () => {
  const catchingUp = { ...drained, lastError: '', lastErrorText: '', emptyAt: '2026-01-01T10:12:30Z' };
  const [queue] = await placesOf({ portalId: 'p' }, sealed, { backlogOf: async () => catchingUp, nowMs });
  assert.equal(queue?.text, 'p  drain  5 waiting, the oldest for 30 s, empty in about 12 min: it is catching up');
});

test('of a portal its queue is told, of a conversation the oldest event that waits', async () => {
  const parts = { backlogOf: async () => drained, nowMs };
  const [queue] = await placesOf({ portalId: 'p' }, sealed, parts);
  assert.equal(queue?.text, 'p  drain  5 waiting, the oldest for 30 s: the portal answered 503; next try in 12 s');
  const [front, ...more] = await placesOf({ conversationId: 'c' }, [...dispatched, ...sealed], parts);
  assert.match(front?.text ?? '', /sequence 6, 1 before it/);
  assert.deepEqual(more, []);
});
