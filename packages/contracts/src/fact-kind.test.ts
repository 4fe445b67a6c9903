import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factConnectorOf, factFieldOf, factFields, factTraceparentOf, ingressTraceparentOf } from './fact-kind.ts';
import { IngressItem } from './gen/trunkline/connector/v1/ingress.ts';
import { Fact } from './gen/trunkline/message/v1/fact.ts';

const common = { id: 'f1', tenantId: 't1', traceparent: 'trace', connector: 'telegram', at: new Date() };

test('a fact is told apart without being decoded', () => {
  const timer = Fact.fromPartial({ ...common, fact: { $case: 'timerSet', value: { timerId: 'one' } } });
  const parked = Fact.fromPartial({ ...common, fact: { $case: 'parked', value: { parkedId: 'p1' } } });
  assert.equal(factFieldOf(Fact.encode(timer).finish()), factFields.timerSet);
  assert.equal(factFieldOf(Fact.encode(parked).finish()), 25);
  assert.equal(factFieldOf(Fact.encode(Fact.fromPartial(common)).finish()), undefined);
});

test("a fact's connector is read without decoding it", () => {
  assert.equal(factConnectorOf(Fact.encode(Fact.fromPartial(common)).finish()), 'telegram');
  const { connector: _, ...without } = common;
  const received = Fact.fromPartial({ ...without, fact: { $case: 'received', value: {} } });
  assert.equal(factConnectorOf(Fact.encode(received).finish()), '');
  assert.equal(factTraceparentOf(Fact.encode(received).finish()), 'trace');
});

test("an item's trace context is read without decoding it", () => {
  const item = IngressItem.fromPartial({ receivedAt: new Date(), item: { $case: 'command', value: { id: 'c' } } });
  const bytes = (traceparent: string) => IngressItem.encode({ ...item, traceparent }).finish();
  assert.deepEqual([ingressTraceparentOf(bytes('trace')), ingressTraceparentOf(bytes(''))], ['trace', '']);
});
