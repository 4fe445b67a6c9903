import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageState } from '@trunkline/contracts';
import { pause } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { type Asked, sent } from '../testing/platform.ts';
import { startProcess } from '../testing/process.ts';
import { resultsOf } from '../testing/results.ts';
import { type Surroundings, sendText, startSurroundings } from '../testing/surroundings.ts';

const { FAULT_SEED = '11' } = process.env;
const seed = Number(FAULT_SEED);
const conversations = 16;
const { MESSAGE_STATE_SENT: SENT, MESSAGE_STATE_UNKNOWN: UNKNOWN } = MessageState;

/** Orders texts of all conversations by turns; gives how many were ordered so far. */
function ordering(around: Surroundings, channelId: string) {
  let ordered = 0;
  return async (count: number) => {
    const numbers = Array.from({ length: count }, (_, index) => ordered + index);
    ordered += count;
    await around.order(
      ...numbers.map((number) => sendText(channelId, `c${number % conversations}`, `${number}`, { id: `m${number}` })),
    );
    return ordered;
  };
}

test('a connector that slept past its lease and wakes up again sends nobody anything twice, and nothing out of order', async (t) => {
  t.diagnostic(`FAULT_SEED=${seed}`);
  await using around = await startSurroundings();
  const channelId = await around.channel();
  const { platform } = around;
  // Slow enough that it falls asleep, and is overtaken, with calls under way and orders waiting.
  platform.react = async (asked) => {
    await pause(20 + ((Number(asked.text) * seed) % 30), AbortSignal.timeout(60_000));
    return sent(asked);
  };
  const order = ordering(around, channelId);
  await order(600);
  await using sleeper = startProcess(around);
  await until(() => platform.asked.length >= 40 + (seed % 29), 30_000);
  sleeper.kill('SIGSTOP');
  // What it had written to its sockets still comes in; what comes later is the other one's.
  await pause(200, AbortSignal.timeout(60_000));
  const bySleeper = platform.asked.length;
  await using _other = startProcess(around);
  await until(() => platform.asked.length >= bySleeper + 60, 30_000);
  sleeper.kill('SIGCONT');
  const count = await order(100);
  const results = await until(async () => {
    const found = await resultsOf(around, channelId);
    return found.size === count && found;
  }, 30_000);

  assert.equal(sleeper.exitCode, null, 'it lost the lane, and is there for the next');
  const ids = platform.asked.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, `nothing was sent twice, seed ${seed}`);
  for (const { messageId, state } of results.values())
    assert.ok(state === SENT ? ids.includes(messageId) : state === UNKNOWN, `${messageId} is ${state}, seed ${seed}`);
  const doubted = [...results.values()].filter(({ state }) => state === UNKNOWN).length;
  assert.ok(doubted <= conversations, `only what was under way is in doubt: ${doubted}, seed ${seed}`);
  for (const told of Map.groupBy(platform.asked, ({ to }: Asked) => to).values()) {
    const numbers = told.map(({ text }) => Number(text));
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
      `seed ${seed}`,
    );
  }
  t.diagnostic(`${count} messages, ${bySleeper} before it slept, ${doubted} in doubt`);
});
