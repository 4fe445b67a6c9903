import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Typing } from '@trunkline/contracts';
import { attachmentOf, fileOf, picture, startBot, textOf } from './testing/bot.ts';
import { orderTo, writeTo } from './testing/desk.ts';

test('too many requests to one person pause the bot, to a group that group', async () => {
  await using bot = await startBot();
  const chat = bot.simulator.createGroup({ from: bot.anna.id, title: 'Club' });
  bot.simulator.fail({ kind: 'too_many_requests', retryAfterSeconds: 14 }, 2);
  const toAnna = bot.send(writeTo(bot.anna.id, textOf('hello')));
  await assert.rejects(toAnna, { code: 'retry_after', retryAfterMs: 14_000, scope: 'channel' });
  const toGroup = bot.send(writeTo(chat, textOf('hello')));
  await assert.rejects(toGroup, { code: 'retry_after', retryAfterMs: 14_000, scope: 'conversation' });
  await bot.send(writeTo(chat, textOf('hello')));
});

test('a connection cut after the message was taken is an unknown outcome, and only one message is there', async () => {
  await using bot = await startBot();
  bot.simulator.fail({ kind: 'cut_after', method: 'sendMessage' });
  await assert.rejects(bot.send(writeTo(bot.anna.id, textOf('hello'))), { code: 'unknown_outcome' });
  const seen = bot.simulator.screen(bot.anna.id).messages.filter(({ text }) => text === 'hello');
  assert.equal(seen.length, 1);
});

test('an answer that breaks off is an unknown outcome, too', async () => {
  await using bot = await startBot();
  bot.simulator.fail({ kind: 'broken_answer' });
  await assert.rejects(bot.send(writeTo(bot.anna.id, textOf('hello'))), { code: 'unknown_outcome' });
});

test('what writes nothing may be tried again, whatever was heard', async () => {
  await using bot = await startBot();
  bot.simulator.fail({ kind: 'cut_after', method: 'sendChatAction' });
  const typing = writeTo(bot.anna.id, undefined, {
    message: {
      ...writeTo(bot.anna.id, undefined).message,
      action: { $case: 'typing', value: Typing.create({ isOn: true }) },
    } as never,
  });
  await assert.rejects(bot.send(typing), { code: 'transient' });
});

test('a group that became a supergroup is written to by its new id', async () => {
  await using bot = await startBot();
  const chat = bot.simulator.createGroup({ from: bot.anna.id, title: 'Club' });
  const moved = bot.simulator.migrate({ from: bot.anna.id, chat });
  const sent = await bot.send(writeTo(chat, textOf('hello')));
  assert.equal(sent.migratedPlatformId, String(moved));
  assert.equal(bot.last(moved).text, 'hello');
});

test("after a move the old group's numbers name other messages: nothing is quoted, changed or deleted by them", async () => {
  await using bot = await startBot();
  const chat = bot.simulator.createGroup({ from: bot.anna.id, title: 'Club' });
  const [platformId = ''] = (await bot.send(writeTo(chat, textOf('ours')))).platformIds;
  const moved = bot.simulator.migrate({ from: bot.anna.id, chat });
  for (let spoken = 0; spoken < 5; spoken += 1) bot.simulator.write({ from: bot.anna.id, chat: moved, text: 'theirs' });
  await bot.send(writeTo(moved, textOf('ours, too')));
  const there = () => bot.simulator.screen(moved).messages.map(({ text, reactions }) => [text, reactions]);
  const before = there();
  const known = { messages: new Map([['m1', [{ platformId, conversationPlatformId: String(chat) }]]]) };
  const actions = [
    { $case: 'edit', value: { messageId: 'm1', content: { kind: textOf('changed') } } },
    { $case: 'reaction', value: { messageId: 'm1', reactions: ['👍'] } },
    { $case: 'delete', value: { messageIds: ['m1'] } },
  ] as const;
  for (const action of actions) {
    await assert.rejects(bot.send(orderTo(chat, { action: action as never }), known), { code: 'content_invalid' });
  }
  assert.deepEqual(there(), before);
  const value = { content: { kind: textOf('an answer') }, reply: { messageId: 'm1' } };
  await bot.send(orderTo(chat, { action: { $case: 'message', value } }), known);
  assert.deepEqual([bot.last(moved).text, bot.last(moved).reply_to_message], ['an answer', undefined]);
});

test('markup that the platform cannot read goes as plain text', async () => {
  await using bot = await startBot();
  const description = `Bad Request: can't parse entities: Unsupported start tag "x" at byte offset 0`;
  bot.simulator.fail({ kind: 'refusal', status: 400, description });
  await bot.send(writeTo(bot.anna.id, textOf('<hello>', [{ type: 1, offset: 0, length: 3 }])));
  assert.deepEqual([bot.last().text, bot.last().entities], ['<hello>', undefined]);
});

test('a picture that the platform cannot show goes as a file', async () => {
  await using bot = await startBot();
  const { media, files } = fileOf('f1', Buffer.from('no picture'), 'image/png', 'scan.png');
  await bot.send(writeTo(bot.anna.id, { $case: 'image', value: attachmentOf(media, 'scan') }), { files });
  assert.deepEqual(['document' in bot.last(), bot.last().caption], [true, 'scan']);
});

test('a fix that does not help is not tried for ever', async () => {
  await using bot = await startBot();
  const description = 'Bad Request: IMAGE_PROCESS_FAILED';
  bot.simulator.fail({ kind: 'refusal', status: 400, description }, 9);
  const { media, files } = fileOf('f1', picture, 'image/png');
  const sent = bot.send(writeTo(bot.anna.id, { $case: 'image', value: attachmentOf(media) }), { files });
  await assert.rejects(sent, { code: 'media_failed', message: description });
  assert.equal(bot.simulator.callsOf().length, 2);
});

test("a proxy's page instead of an answer is a passing failure", async () => {
  await using bot = await startBot();
  bot.simulator.fail({ kind: 'server_error', status: 502 });
  const sent = bot.send(writeTo(bot.anna.id, textOf('hello')));
  await assert.rejects(sent, { code: 'transient', message: 'HTTP status 502' });
});

test('no failure tells the token', async () => {
  await using bot = await startBot();
  const secret = bot.simulator.token.split(':')[1] ?? '';
  const faults = [
    { kind: 'cut_before' },
    { kind: 'cut_after' },
    { kind: 'broken_answer' },
    { kind: 'server_error', status: 500 },
    { kind: 'refusal', status: 404, description: `Not Found: /bot${bot.simulator.token}/sendMessage` },
  ] as const;
  for (const fault of faults) {
    bot.simulator.fail(fault);
    const error: Error = await bot.send(writeTo(bot.anna.id, textOf('hello'))).then(
      () => assert.fail(),
      (reason) => reason,
    );
    assert.ok(!`${error.message} ${error.stack} ${JSON.stringify(error)}`.includes(secret), fault.kind);
  }
});
