import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createChance } from '../../../packages/runtime/src/bus/queue/model/chance.ts';
import { deal, ofPortals } from './all.ts';
import { inTheWay } from './disturbance.ts';
import { badWire, kindsOf } from './wires.ts';

test('everything is dealt once, the same by the same seed, to hands that are as even as can be', () => {
  const all = [...ofPortals, badWire];
  const names = (seed: number) => deal(createChance(seed), all, 3).map((hand) => hand.map(({ name }) => name));
  assert.deepEqual(names(7), names(7));
  assert.deepEqual(names(7).flat().toSorted(), all.map(({ name }) => name).toSorted());
  assert.deepEqual(
    names(7).map(({ length }) => length),
    [2, 2, 1],
  );
});

test('a wire is in the way when something passes it while messages are written', () => {
  const inWay = [
    ...[
      'delivery-2 → nats',
      'sealer-1 → nats-3',
      'delivery → portals',
      'telegram → messenger',
      'messenger → gateway-1',
    ],
    ...['gateway-1 → normalizer-1', 'portals → gateway-1', 'audit-1 → kafka', 'telegram-2 → directory-1'],
  ];
  const outOfIt = ['viber-1 → nats', 'gateway-1 → viber-1', 'directory-1 → telegram-1', 'normalizer-1 → telegram-1'];
  assert.deepEqual(inTheWay([...outOfIt, ...inWay]), inWay);
});

test('wires of all instances of two parts are of one kind', () => {
  const some = ['delivery-1 → nats-3', 'delivery-2 → nats-1', 'delivery-2 → mongo', 'delivery → portals'];
  assert.deepEqual([...kindsOf(some).keys()], ['delivery → nats', 'delivery → mongo', 'delivery → portals']);
});
