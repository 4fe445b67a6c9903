import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Envelope } from '@trunkline/contracts';
import { start } from './position.ts';
import { cutOutputs, envelopeOf, fittingItems } from './stage-envelopes.ts';

const origin = { stage: 'count', lane: 3, epoch: 7 };
const at = { sequence: 9, index: 1, output: 0 };
const kib = 1024;
const outputs = (count: number, size: number) => Array.from({ length: count }, (_, index) => Buffer.alloc(size, index));

test('as many items go into an envelope as their outputs fit whole', () => {
  const cases = [
    { items: [], fitting: 0 },
    { items: [outputs(0, 0), outputs(2, 10), outputs(0, 0)], fitting: 3 },
    { items: [outputs(500, 1), outputs(1, 1)], fitting: 1 },
    { items: [outputs(501, 1)], fitting: 0 },
    { items: [outputs(1, 300 * kib), outputs(1, 200 * kib), outputs(1, 100 * kib)], fitting: 2 },
    { items: [outputs(1, 600 * kib)], fitting: 0 },
  ];
  for (const { items, fitting } of cases) assert.equal(fittingItems(items), fitting);
});

test('an envelope says where it comes from, and nothing to say is no envelope', () => {
  const bytes = envelopeOf(origin, start, at, outputs(2, 3));
  assert.ok(bytes);
  assert.deepEqual(Envelope.decode(bytes), { ...origin, from: start, to: at, items: outputs(2, 3) });
  assert.equal(envelopeOf(origin, start, at, []), undefined);
});

test('outputs of one item are cut into envelopes that join on and lose nothing', () => {
  const all = [...outputs(700, 10), ...outputs(3, 300 * kib), ...outputs(1, 700 * kib), ...outputs(2, 10)];
  const cut = cutOutputs(origin, start, at, all);
  const envelopes = cut.map(({ out }) => Envelope.decode(out));
  assert.deepEqual(
    envelopes.flatMap(({ items }) => items),
    all,
  );
  assert.ok(envelopes.every(({ items }) => items.length <= 500));
  assert.deepEqual(
    envelopes.map(({ from }) => from),
    [start, ...envelopes.slice(0, -1).map(({ to }) => to)],
  );
  assert.deepEqual(
    envelopes.map(({ to }) => to),
    cut.map(({ to }) => to),
  );
  assert.deepEqual(cut.at(-1)?.to, at);
  assert.deepEqual(cut.at(0)?.to, { ...at, output: 500 });
});

test('an output that nothing can carry is the fault of its item', () => {
  assert.throws(() => cutOutputs(origin, start, at, outputs(1, 1025 * kib)), { code: 'too_large' });
});
