import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageState } from '@trunkline/contracts';
import fc from 'fast-check';
import { type Outcome, type Plan, play, type Reaction } from './world.ts';

const { MODEL_RUNS, MODEL_SEED } = process.env;
/** A guard that was taken away needs no smallest case. */
const endOnFailure = process.env.MODEL_QUICK !== undefined;
const runs = {
  endOnFailure,
  numRuns: Number(MODEL_RUNS ?? 800),
  ...(MODEL_SEED !== undefined && { seed: Number(MODEL_SEED) }),
};
const reaction = fc.constantFrom<Reaction>('sent', 'sent', 'refused', 'later', 'later for long', 'cut');
const anyPlan: fc.Arbitrary<Plan> = fc.record({
  orders: fc.array(fc.nat(2), { minLength: 1, maxLength: 8 }),
  reactions: fc.array(reaction, { maxLength: 8 }),
  ends: fc.array(fc.record({ atOp: fc.integer({ min: 1, max: 60 }), isAfter: fc.boolean(), isTwin: fc.boolean() }), {
    maxLength: 3,
  }),
  keySeconds: fc.constant(0),
  // Some are bulk, and the window is so small that they have to leave it.
  bulk: fc.array(fc.boolean(), { maxLength: 8 }),
  windowSize: fc.constantFrom(2, 4, 1_000),
});
/**
 * A platform that drops repeats, for a minute, for an hour or for ever; then it may refuse them, too. Before a call to the last one
 * nothing is marked, so that whoever takes over does not know of it: there one owner does all.
 */
const anyKeyedPlan = anyPlan.chain((plan) =>
  fc
    .constantFrom(60, 3_600, Number.POSITIVE_INFINITY)
    .map((keySeconds): Plan => ({ ...plan, ...(Number.isFinite(keySeconds) ? {} : { ends: [] }), keySeconds })),
);

const { MESSAGE_STATE_SENT, MESSAGE_STATE_UNKNOWN, MESSAGE_STATE_FAILED } = MessageState;

/** What is promised, whatever happens. */
function check({ orders }: Plan, { arrived, results, heldAtEnd, isFinished, troubles }: Outcome): void {
  assert.deepEqual(troubles, []);
  assert.ok(isFinished, 'every order has a result in the end');
  assert.equal(heldAtEnd, 0);
  assert.equal(new Set(arrived).size, arrived.length, 'nothing is sent twice');
  const byConversation = Map.groupBy(arrived, (number) => orders[number]);
  for (const numbers of byConversation.values()) {
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
      'a conversation keeps its order',
    );
  }
  for (const [number, { state, isCertain }] of results) {
    if (isCertain) assert.ok(!arrived.includes(number), 'certain means that nothing arrived');
    if (state === MESSAGE_STATE_SENT) assert.ok(arrived.includes(number), 'sent means that it arrived');
    else if (state === MESSAGE_STATE_FAILED) assert.ok(!arrived.includes(number), 'failed means that it did not');
    else assert.equal(state, MESSAGE_STATE_UNKNOWN);
  }
}

test('however owners end, and however many there are: nothing twice, nothing lost, conversations in order', async () => {
  await fc.assert(
    fc.asyncProperty(anyPlan, async (plan) => check(plan, await play(plan))),
    runs,
  );
});

test('the same where the platform drops repeats for a while: what is in doubt goes again only as long as it does', async () => {
  await fc.assert(
    fc.asyncProperty(anyKeyedPlan, async (plan) => check(plan, await play(plan))),
    runs,
  );
});

test('a store that comes back from an older copy sends nobody a second message, and tells every result again', async () => {
  const loss = fc.constantFrom<NonNullable<Plan['loss']>>(
    'the log of sending',
    'the orders, which dispatch wrote again',
  );
  const plan = fc.tuple(anyPlan, loss).map(([any, lost]): Plan => ({ ...any, loss: lost }));
  await fc.assert(
    fc.asyncProperty(plan, async (lossy) => {
      const outcome = await play(lossy);
      check(lossy, outcome);
      assert.ok(outcome.toldAgain >= lossy.orders.length, 'every result is told again');
    }),
    { ...runs, numRuns: runs.numRuns / 4 },
  );
});

test('an answer behind much bulk goes next, and a conversation keeps its order all the same', async () => {
  const count = 60;
  const orders = Array.from({ length: count }, (_, index) => index);
  // The answer to somebody new, and one to somebody to whom bulk goes that waits already.
  const plan = {
    ...{ orders: [...orders, count, 50], bulk: orders.map(() => true), reactions: [], ends: [], keySeconds: 0 },
    ...{ windowSize: 10, ratePerSecond: 1 },
  };
  const outcome = await play(plan);
  check(plan, outcome);
  const placeOf = (number: number) => outcome.arrived.indexOf(number);
  assert.ok(placeOf(count) < 15, `the answer went ${placeOf(count)}th`);
  assert.ok(placeOf(50) < placeOf(count + 1), 'what was written before it to the same person went before it');
  assert.ok(placeOf(count + 1) < 20, `the other answer went ${placeOf(count + 1)}th`);
});

test('a message that was cut off goes again and is there once; after the platform forgot the key it is unknown', async () => {
  const one = { orders: [0], ends: [] };
  const soon = await play({ ...one, reactions: ['cut'], keySeconds: 3_600 });
  assert.deepEqual([soon.arrived, soon.results.get(0)?.state], [[0], MESSAGE_STATE_SENT]);
  assert.ok(soon.results.get(0)?.calledAt, 'it is told when the call began');
  const cuts = Array.from({ length: 40 }, (): Reaction => 'cut');
  const late = await play({ ...one, reactions: cuts, keySeconds: 60 });
  assert.deepEqual([late.arrived, late.results.get(0)?.state], [[0], MESSAGE_STATE_UNKNOWN]);
});

test('what is cut off at the end of what the platform remembers waits a minute for a proof, before it is unknown', async () => {
  const one = { orders: [0], ends: [] };
  // A call that began then could end after it; and one that could not, whose repeat could.
  const first: Plan = { ...one, reactions: ['cut'], keySeconds: 2 };
  const last: Plan = { ...one, reactions: ['later', 'cut'], keySeconds: 3 };
  for (const plan of [first, last]) {
    const outcome = await play(plan);
    check(plan, outcome);
    assert.deepEqual([outcome.arrived, outcome.results.get(0)?.state], [[0], MESSAGE_STATE_UNKNOWN]);
    assert.ok(outcome.tookMs >= 60_000, `it was unknown after ${outcome.tookMs} ms`);
  }
});

test('a repeat that is refused says nothing of the try before it, which may have arrived', async () => {
  const one = { orders: [0], ends: [], keySeconds: Number.POSITIVE_INFINITY };
  const told = async (...reactions: Reaction[]) => {
    const plan = { ...one, reactions };
    const outcome = await play(plan);
    check(plan, outcome);
    const { state, isCertain, error } = outcome.results.get(0) ?? {};
    return [state, isCertain, error?.code];
  };
  assert.deepEqual(await told('refused'), [MESSAGE_STATE_FAILED, true, 'recipient_blocked']);
  assert.deepEqual(await told('later', 'refused'), [MESSAGE_STATE_FAILED, true, 'recipient_blocked']);
  assert.deepEqual(await told('cut', 'refused'), [MESSAGE_STATE_UNKNOWN, false, 'recipient_blocked']);
  assert.deepEqual(await told('later for long', 'cut', 'refused'), [MESSAGE_STATE_UNKNOWN, false, 'recipient_blocked']);
});

test('an order that is refused alone holds its conversation up for a minute; those behind it fail at once, until one goes', async () => {
  const denied = (count: number): Reaction[] => Array.from({ length: count }, () => 'denied');
  const states = async (orders: readonly number[], ...reactions: Reaction[]) => {
    const plan = { orders, ends: [], keySeconds: 0, reactions };
    const outcome = await play(plan);
    check(plan, outcome);
    return orders.map((_, number) => outcome.results.get(number)?.state);
  };
  const [failed, sent] = [MESSAGE_STATE_FAILED, MESSAGE_STATE_SENT];
  assert.deepEqual(await states([0, 0, 0, 0], ...denied(5), 'sent'), [failed, failed, failed, sent]);
  assert.deepEqual(await states([0, 0, 0], ...denied(3), 'sent', ...denied(2), 'sent'), [failed, sent, sent]);
  assert.deepEqual(await states([0], ...denied(2), 'sent'), [sent]);
});
