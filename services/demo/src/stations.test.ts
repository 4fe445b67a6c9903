import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ShownHop } from './hops.ts';
import type { Way } from './last-message.ts';

interface Station {
  readonly name: string;
  readonly state: string;
  readonly what: string;
  readonly afterMs: number | undefined;
}

// The page's own module: it is served as it is and has no types.
const file = new URL('../web/stations.js', import.meta.url).href;
const { stationsOf }: { stationsOf: (way: Way, backlog?: object) => readonly Station[] } = await import(file);

function hop(kind: string, afterMs: number, more: Partial<ShownHop> = {}): ShownHop {
  const at = new Date(1_000 + afterMs).toISOString();
  return { kind, at, service: 'webchat', outcome: '', id: 'm', sequence: '0', attempt: 0, httpStatus: 0, ...more };
}

const inbound = [
  hop('hook.received', 0),
  hop('hook.stored', 7),
  hop('messages.received', 120),
  hop('event.sealed', 130, { sequence: '12' }),
];
const refused = hop('delivery.attempted', 200, { outcome: 'portal_unavailable' });
const accepted = hop('delivery.attempted', 6_000, { outcome: 'accepted' });
const outbound = [
  hop('message.submitted', 0),
  hop('messages.submitted', 10),
  hop('message.dispatched', 20),
  hop('send.attempted', 30),
];
const way = (isAnswer: boolean, ...hops: readonly ShownHop[]): Way => ({ messageId: 'm', isAnswer, hops });
const states = (stations: readonly Station[]) => stations.map(({ state }) => state).join(' ');

const cases: readonly [string, Way, string][] = [
  ['nothing was written yet', way(false), 'todo todo todo todo todo todo'],
  ['it is on its way', way(false, ...inbound.slice(0, 2)), 'done done now todo todo todo'],
  ['the portal refused it', way(false, ...inbound, refused), 'done done done done done wait'],
  ['the portal took it in the end', way(false, ...inbound, refused, accepted), 'done done done done done done'],
  ['an answer is being sent', way(true, ...outbound), 'done done done done now todo'],
  [
    'an answer was read',
    way(
      true,
      ...outbound,
      hop('send.result', 40, { outcome: 'sent' }),
      hop('messages.status', 90, { outcome: 'read' }),
    ),
    'done done done done done done',
  ],
  [
    'an answer could not be sent',
    way(true, ...outbound, hop('send.result', 40, { outcome: 'recipient_blocked' })),
    'done done done done bad todo',
  ],
];
for (const [name, given, expected] of cases) {
  test(`the stations of a message when ${name}`, () => assert.equal(states(stationsOf(given)), expected));
}

test('a station says when it was passed and what happened there', () => {
  const stations = stationsOf(way(false, ...inbound, refused, accepted));
  assert.deepEqual(stations[3], { name: 'Sealer', state: 'done', what: '№ 12, sealed', afterMs: 130 });
  assert.deepEqual(stations[4], { name: 'Delivery', state: 'done', what: 'try 2', afterMs: 200 });
  assert.equal(stations[5]?.afterMs, 6_000);
});

const heldUp = { waiting: '3', lastError: 'portal_unavailable', deliveredSequence: '11' };

test('what waits for the portal says when it is tried again', () => {
  const nextAttemptAt = new Date(Date.now() + 4_500).toISOString();
  const [portal] = stationsOf(way(false, ...inbound, refused), { ...heldUp, nextAttemptAt }).slice(-1);
  assert.equal(portal?.state, 'wait');
  assert.match(portal?.what ?? '', /^next try in [45] s$/);
});

test('what waits behind others was not tried itself: it says how many are before it', () => {
  const stations = stationsOf(way(false, ...inbound), { ...heldUp, deliveredSequence: '8' });
  assert.equal(states(stations), 'done done done done wait todo');
  assert.equal(stations[4]?.what, 'waits, 3 before it');
});
