import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Envelope, Fact, laneOf, subjects } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import type { KeyUse } from './domain/key-use.ts';
import { keyUses } from './key-uses.ts';

/** A teller with a bus that can be away, and a clock of its own. */
function aTeller() {
  const bus = { isAway: false, tries: 0, ids: [] as (string | undefined)[], envelopes: [] as [string, Envelope][] };
  const told: KeyUse[] = [];
  let nowMs = 0;
  const uses = keyUses({
    log: {
      publish: async (subject, data, options) => {
        bus.tries += 1;
        bus.ids.push(options?.messageId);
        if (bus.isAway) throw new Error('the bus is away');
        bus.envelopes.push([subject, Envelope.decode(data)]);
        return { sequence: 1, isDuplicate: false };
      },
    },
    now: () => nowMs,
    told: (use) => void told.push(use),
    onTrouble: () => {},
  });
  const later = (ms: number) => {
    nowMs += ms;
  };
  return { bus, uses, told, later };
}

const sealed: KeyUse = { use: 'sealed', portalId: 'p1', tenantId: 't1', kid: 'k1', count: 3 };
const revoked: KeyUse = { ...sealed, use: 'revoked', count: 1 };

async function following<T>(uses: ReturnType<typeof keyUses>, work: () => Promise<T>): Promise<T> {
  const ending = new AbortController();
  const loop = uses.follow(ending.signal);
  try {
    return await work();
  } finally {
    ending.abort();
    await loop;
  }
}

test('sealing is told once a minute with its count, everything else at once, each on the lane of its tenant', async () => {
  const { bus, uses, told, later } = aTeller();
  await following(uses, async () => {
    uses.add(sealed);
    uses.add({ ...sealed, count: 2 });
    uses.add(revoked);
    await until(() => told.length === 1);
    assert.deepEqual(told, [revoked]);
    later(60_000);
    await until(() => told.length === 2);
  });
  assert.deepEqual(told[1], { ...sealed, count: 5 });
  const [subject, envelope] = bus.envelopes[1] ?? assert.fail();
  assert.equal(subject, subjects.facts(laneOf('t1'), 'sealer'));
  const fact = Fact.decode(envelope.items[0] ?? Buffer.of());
  assert.deepEqual([fact.tenantId, fact.portalId], ['t1', 'p1']);
  assert.deepEqual(fact.fact, { $case: 'keyUsed', value: { kid: 'k1', use: 'sealed', count: 5 } });
});

test('while the bus is away nobody waits and nothing is lost; a repeat has the same id', async () => {
  const { bus, uses, told } = aTeller();
  bus.isAway = true;
  await following(uses, async () => {
    uses.add(revoked);
    await until(() => bus.tries === 1);
    uses.add({ ...revoked, use: 'deleted' });
    bus.isAway = false;
    await until(() => told.length === 2);
  });
  assert.deepEqual(
    told.map(({ use }) => use),
    ['revoked', 'deleted'],
  );
  assert.equal(bus.ids[0], bus.ids[1]);
  assert.notEqual(bus.ids[1], bus.ids[2]);
});

test('at a clean stop what was counted is told', async () => {
  const { uses, told } = aTeller();
  uses.add(sealed);
  await turn();
  assert.deepEqual(told, []);
  await uses.finish();
  assert.deepEqual(told, [sealed]);
});

test('ten thousand portals are told in envelopes of five hundred', async () => {
  const { bus, uses, told } = aTeller();
  for (let index = 0; index < 10_000; index += 1) uses.add({ ...sealed, portalId: `p${index}` });
  await uses.finish();
  assert.equal(told.length, 10_000);
  assert.deepEqual(
    bus.envelopes.map(([, { items }]) => items.length),
    Array(20).fill(500),
  );
});
