/**
 * Runs the model of stage and keyed log: `node run.ts <cases> [seed]`. Prints one line of JSON; ends with 1 when a case
 * fails. A process of its own, because the test runner's bookkeeping of promises costs more than the model.
 */
import fc from 'fast-check';
import type { Told } from '../crash/counting-stage.ts';
import { checkLanes, type LanesCase } from './lanes-model.ts';

const [cases = '1000', seed] = process.argv.slice(2);

const plain: fc.Arbitrary<Told> = fc.record({
  conversation: fc.constantFrom('x', 'y', 'z'),
  id: fc.constantFrom(...'abcdefghijklmnopqrst'),
});
const tricky: fc.Arbitrary<Told> = fc.record({
  conversation: fc.constantFrom('x', 'y'),
  id: fc.constantFrom('a', 'b', 'm'),
  trick: fc.constantFrom('throw', 'many'),
});
const messages = fc.array(fc.array(plain, { minLength: 1, maxLength: 3 }), {
  minLength: 3,
  maxLength: 10,
  size: 'max',
});
const tricks = fc.oneof(
  { weight: 9, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(fc.array(tricky, { minLength: 1, maxLength: 2 }), { maxLength: 2 }) },
);
const lanesCase: fc.Arbitrary<LanesCase> = fc.record({
  told: fc.tuple(messages, tricks).map(([all, some]) => [...all.slice(0, 2), ...some, ...all.slice(2)]),
  beside: messages,
  choices: fc.uint8Array({ minLength: 50, maxLength: 400, size: 'max' }),
});

const result = await fc.check(fc.asyncProperty(lanesCase, checkLanes), {
  numRuns: Number(cases),
  // To know that a case fails is enough for whoever takes guards away: it need not be made small.
  endOnFailure: process.env.MODEL_QUICK !== undefined,
  ...(seed === undefined ? {} : { seed: Number(seed) }),
});
const error = result.errorInstance instanceof Error ? result.errorInstance.message.split('\n')[0] : undefined;
console.log(JSON.stringify({ cases: result.numRuns, seed: result.seed, failed: result.failed, error }));
if (result.failed) {
  console.error(fc.defaultReportMessage(result), result.errorInstance);
  process.exitCode = 1;
}
