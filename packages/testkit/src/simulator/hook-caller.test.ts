import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../until.ts';
import { createHookCaller, type HookOptions } from './hook-caller.ts';
import { type Reaction, startHttpDouble } from './http-double.ts';
import { batchTroubles, createTroubles, hookTroubles, proofTroubles } from './troubles.ts';

/** A hook that answers what it is told, and keeps what came. */
async function given(options: Partial<HookOptions<string>> = {}) {
  const came: string[] = [];
  const answers: Reaction[] = [];
  const hook = await startHttpDouble(({ body, headers }) => {
    if (headers.proof !== 'genuine') return { status: 401 };
    came.push(body.toString());
    return answers.shift() ?? { status: 200 };
  });
  const ended = new AbortController();
  const complaints: string[] = [];
  const troubles = createTroubles({ ...hookTroubles, ...proofTroubles, ...batchTroubles });
  const caller = createHookCaller<string>({
    prepare: (events, { proof, retries }) => ({
      url: hook.url,
      headers: { proof },
      body: `${events.join('+')}:${retries}`,
    }),
    answerLimitMs: 5_000,
    retryDelayMs: 1,
    giveUpAfterMs: 60_000,
    troubles,
    complain: (what) => complaints.push(what),
    signal: ended.signal,
    ...options,
  });
  return {
    caller,
    came,
    answers,
    troubles,
    complaints,
    [Symbol.asyncDispose]: async () => {
      ended.abort();
      await hook[Symbol.asyncDispose]();
    },
  };
}

test('what a hook refuses, or breaks off, comes again later, and says how often it was tried', async () => {
  await using world = await given();
  const { caller, came, answers } = world;
  answers.push({ status: 500 }, 'cut');
  caller.push('one', 'two', 'three');
  await until(() => caller.waiting() === 0);
  assert.deepEqual(came.toSorted(), ['one:0', 'one:1', 'three:0', 'two:0', 'two:1']);
  assert.equal(came[2], 'three:0', 'others do not wait for it');
});

test('events come twice, turned round, or in one call, when that is asked for', async () => {
  await using world = await given();
  const { caller, came, troubles } = world;
  troubles.fail({ kind: 'repeated', count: 3 });
  caller.push('one');
  await until(() => caller.waiting() === 0);
  troubles.fail({ kind: 'reversed', count: 2 });
  caller.push('two');
  assert.equal(came.length, 3, 'it waits for the second one');
  caller.push('three');
  await until(() => came.length === 5);
  troubles.fail({ kind: 'batched' });
  caller.push('four', 'five', 'six');
  await until(() => came.length === 6);
  assert.deepEqual(came, ['one:0', 'one:0', 'one:0', 'three:0', 'two:0', 'four+five+six:0']);
  assert.equal(caller.redeliver({ count: 2 }), 2);
  await until(() => came.length === 8);
});

test('a forged call that is taken, and an answer that comes too late, are complained of', async () => {
  await using world = await given({ answerLimitMs: 100, prepare: () => undefined });
  world.caller.push('for nobody');
  await until(() => world.caller.waiting() === 0);
  await using other = await given({ answerLimitMs: 100 });
  other.troubles.fail({ kind: 'wrong_proof' });
  other.answers.push('hang');
  other.caller.push('one');
  await until(() => other.caller.waiting() === 0);
  assert.deepEqual(other.caller.forged, [401]);
  assert.equal(other.complaints.length, 1);
  assert.match(other.complaints[0] ?? '', /within 100 ms/);
});

test('a platform gives up in the end', async () => {
  let isGivenUp = false;
  await using world = await given({
    giveUpAfterMs: 0,
    onGivenUp: () => {
      isGivenUp = true;
    },
  });
  world.answers.push({ status: 500 });
  world.caller.push('one');
  await until(() => isGivenUp);
  assert.deepEqual([world.came.length, world.caller.waiting()], [1, 0]);
});
