import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { until } from '@trunkline/testkit';
import { Bot, GrammyError, InlineKeyboard } from 'grammy';
import { faultKinds } from './faults.ts';
import { createTelegramSimulator } from './index.ts';
import { actions } from './simulated-bot.ts';

/** A bot whose hook keeps the numbers of updates, and answers when it is let. */
async function given() {
  const simulator = await createTelegramSimulator({ retryDelayMs: 5, answerLimitMs: 100 });
  const anna = simulator.person();
  simulator.start({ from: anna.id });
  const came: number[] = [];
  let answerAfterMs = 0;
  const server = createServer(async (request, response) => {
    came.push(((await json(request)) as { update_id: number }).update_id);
    setTimeout(() => response.end(), answerAfterMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { api } = new Bot(simulator.token, { client: { apiRoot: simulator.url } });
  await api.setWebhook(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { max_connections: 1 });
  await until(() => simulator.waitingUpdates() === 0);
  return {
    simulator,
    anna,
    api,
    came,
    answerAfter: (ms: number) => {
      answerAfterMs = ms;
    },
    [Symbol.asyncDispose]: async () => {
      await simulator.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('updates that were taken long ago come again under their numbers', async () => {
  await using world = await given();
  const { simulator, anna, came } = world;
  for (const text of ['one', 'two', 'three']) simulator.write({ from: anna.id, text });
  await until(() => simulator.waitingUpdates() === 0);
  assert.equal(simulator.redeliver({ count: 2 }), 2);
  await until(() => came.length === 6);
  assert.deepEqual(came.slice(4), came.slice(2, 4));
});

test('a person presses a button before the bot has heard that its message was sent', async () => {
  await using world = await given();
  const { simulator, anna, api, came } = world;
  simulator.fail({ kind: 'late_answer', method: 'sendMessage', delayMs: 300 });
  let isAnswered = false;
  const sending = api
    .sendMessage(anna.id, 'choose', { reply_markup: new InlineKeyboard().text('Later', 'later') })
    .finally(() => {
      isAnswered = true;
    });
  const shown = await until(() => simulator.screen(anna.id).messages.find(({ text }) => text === 'choose'));
  simulator.press({ from: anna.id, message: Number(shown.message_id), button: 'Later' });
  await until(() => came.length === 2);
  assert.equal(isAnswered, false);
  assert.equal((await sending).message_id, shown.message_id);
});

test('a hook that answers later than it may is remembered', async () => {
  await using world = await given();
  const { simulator, anna, came } = world;
  simulator.write({ from: anna.id, text: 'one' });
  await until(() => simulator.waitingUpdates() === 0);
  assert.equal(simulator.slowAnswers.length, 0);
  world.answerAfter(200);
  simulator.write({ from: anna.id, text: 'two' });
  await until(() => simulator.slowAnswers.length === 1);
  assert.deepEqual(
    simulator.slowAnswers.map(({ updateId }) => updateId),
    came.slice(-1),
  );
});

test('a shell makes the platform fail and heals it', async () => {
  await using world = await given();
  const { simulator, anna, api } = world;
  const post = async (action: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const url = `${simulator.url}/control/${simulator.user.id}/${action}`;
    return await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  };
  const write = () =>
    api.sendMessage(anna.id, 'x').then(
      () => 200,
      (error) => (error instanceof GrammyError ? error.error_code : 0),
    );
  assert.equal((await post('fail', { kind: 'too_many_requests', retryAfterSeconds: 1, times: 2 })).status, 200);
  assert.deepEqual([await write(), await write(), await write()], [429, 429, 200]);
  await post('fail', { kind: 'cut_before', times: 9 });
  await post('revokeToken', {});
  assert.equal(await write(), 401);
  await post('heal', {});
  assert.equal(await write(), 200);
  const unknown = await post('fail', { kind: 'telepathy' });
  assert.equal(unknown.status, 400);
  assert.match(await unknown.text(), /late_answer/);
});

test('the simulator tells what it can do', async () => {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--help']);
  for (const name of [...Object.keys(actions), ...faultKinds, 'PORT', 'TELEGRAM_TOKEN']) {
    assert.ok(stdout.includes(name), name);
  }
});
