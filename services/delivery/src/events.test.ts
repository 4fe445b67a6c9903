import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PortalEntry } from '@trunkline/contracts';
import { createLogger, createMetrics, type Directory } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { deliveryEvents } from './events.ts';
import { createOpenStreams } from './pull/open-streams.ts';

/** Nobody is known, unless told: how many hours each keeps events for. */
const directory = (hours: Readonly<Record<string, number>> = {}) =>
  ({
    portal: (id) => PortalEntry.fromPartial({ id, settings: { retentionHours: hours[id] ?? 0 } }),
  }) as Directory;
const log = createLogger({ service: 'delivery', instance: 'one', level: 'silent' });

/** What is measured of one lane with these portals, all paused, and what their pauses say. */
async function measuredOf(reasons: Readonly<Record<string, string | undefined>>): Promise<string> {
  const metrics = createMetrics({ service: 'delivery', measuresProcess: false });
  const events = deliveryEvents({ log, metrics, directory: directory(), now: () => 0 });
  const portals = Object.keys(reasons).map((id) => [id, { id, mode: 'paused', queue: [], strands: [] }] as const);
  events.opened({ lane: 0, portals: new Map(portals), liveBytes: 0, feedSequence: 0 } as never);
  const once = new AbortController();
  const measuring = events.measure(
    { pauses: { reasonOf: (id) => reasons[id] }, streams: createOpenStreams(1) },
    once.signal,
  );
  once.abort();
  await measuring;
  return await metrics.text();
}

test('portals that we paused are told from those that a person paused and those that are off', async () => {
  const text = await measuredOf({
    a: 'portal_gone: it answered 410',
    b: 'portal_gone: it answered 410',
    c: 'gap: events before the next one are missing',
    d: 'the portal moves house',
    e: undefined,
  });
  const lines = text.matchAll(/^trunkline_delivery_paused_portals\{reason="(\w+)",.*\} (\d+)$/gm);
  assert.deepEqual(Object.fromEntries([...lines].map(([, reason, count]) => [reason, Number(count)])), {
    gap: 1,
    portal_rejected: 0,
    portal_gone: 2,
    asked: 1,
    off: 1,
  });
});

test('what is given up is counted from nothing, so that the first event is an increase', async () => {
  const text = await measuredOf({});
  for (const kind of ['expired', 'parked', 'withheld', 'skipped'])
    assert.match(text, new RegExp(`^trunkline_delivery_given_up_total\\{kind="${kind}",.*\\} 0$`, 'm'));
});

test('how near events are to their end is told by what their own portal keeps them for', async () => {
  const metrics = createMetrics({ service: 'delivery', measuresProcess: false });
  const hourMs = 3_600_000;
  const hours = { brief: 4, long: 48 };
  const events = deliveryEvents({ log, metrics, directory: directory(hours), now: () => 24 * hourMs });
  const waits = (id: string, ageMs: number) =>
    [
      id,
      { id, mode: 'drain', queue: [], strands: [], headSequence: 3, sequence: 1, frontAtMs: 24 * hourMs - ageMs },
    ] as const;
  const portals = new Map([waits('brief', 3 * hourMs), waits('long', 12 * hourMs)]);
  events.opened({ lane: 0, portals, liveBytes: 0, feedSequence: 0 } as never);
  const once = new AbortController();
  const measuring = events.measure(
    { pauses: { reasonOf: () => undefined }, streams: createOpenStreams(1) },
    once.signal,
  );
  once.abort();
  await measuring;
  const text = await metrics.text();
  const shown = (name: string) => Number(new RegExp(`^${name}\\{mode="drain".*\\} (.+)$`, 'm').exec(text)?.[1]);
  assert.equal(shown('trunkline_delivery_expiring_ratio'), 0.75);
  assert.equal(shown('trunkline_delivery_oldest_seconds'), 12 * 3_600);
  assert.equal(shown('trunkline_delivery_waiting'), 4);
});

test('a portal that does not balance at two looks is told', async () => {
  const metrics = createMetrics({ service: 'delivery', measuresProcess: false });
  const events = deliveryEvents({ log, metrics, directory: directory(), now: () => 0 });
  const even = {
    mode: 'live',
    headSequence: 3,
    sequence: 1,
    expired: 0,
    parked: 0,
    withheld: 0,
    queue: [{ event: {} }, {}],
    strands: [],
  };
  // Three done since the strands began behind 1, and two in memory.
  const aStrand = (done: number, waiting: number) => ({
    ...even,
    done,
    notices: [],
    queue: even.queue.slice(0, waiting),
  });
  const parallel = { ...even, id: 'parallel', queue: [], headSequence: 6, strands: [aStrand(1, 1), aStrand(2, 1)] };
  const portals = new Map<string, object>([
    ['even', { ...even, id: 'even' }],
    ['lost', { ...even, id: 'lost', headSequence: 4 }],
    ['parallel', parallel],
    ['parallellost', { ...parallel, id: 'parallellost', headSequence: 8 }],
  ]);
  events.opened({ lane: 0, portals, liveBytes: 0, feedSequence: 0 } as never);
  const end = new AbortController();
  const more = { pauses: { reasonOf: () => undefined }, streams: createOpenStreams(1) };
  const measuring = events.measure(more, end.signal);
  const told = await until(async () => {
    const found = [...(await metrics.text()).matchAll(/^trunkline_portal_imbalance\{portal="(\w+)",.*\} (\d+)$/gm)];
    return found.length > 1 && found.map(([, portal, sum]) => [portal, sum]);
  });
  end.abort();
  await measuring;
  assert.deepEqual(told, [
    ['lost', '1'],
    ['parallellost', '2'],
  ]);
});

test('of a portal that lets live events wait for a fuller batch only what is beyond that counts as their age', async () => {
  const metrics = createMetrics({ service: 'delivery', measuresProcess: false });
  const lingers = { portal: (id) => PortalEntry.fromPartial({ id, settings: { lingerMs: 60_000 } }) } as Directory;
  const events = deliveryEvents({ log, metrics, directory: lingers, now: () => 100_000 });
  const waits = { id: 'a', mode: 'live', queue: [], strands: [], headSequence: 3, sequence: 1 } as const;
  const portals = new Map([['a', { ...waits, frontAtMs: 37_000 }]]);
  events.opened({ lane: 0, portals, liveBytes: 0, feedSequence: 0 } as never);
  const once = new AbortController();
  const measuring = events.measure(
    { pauses: { reasonOf: () => undefined }, streams: createOpenStreams(1) },
    once.signal,
  );
  once.abort();
  await measuring;
  assert.match(await metrics.text(), /^trunkline_delivery_oldest_seconds\{mode="live".*\} 3$/m);
});
