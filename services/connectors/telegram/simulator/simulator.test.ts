import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { Bot, GrammyError, InlineKeyboard, InputFile, webhookCallback } from 'grammy';
import { createTelegramSimulator } from './index.ts';

const picture = Buffer.from('\x89PNG\r\n\x1a\n picture', 'latin1');

/** A bot written with an SDK that knows nothing of us, and a person. */
async function given() {
  const simulator = await createTelegramSimulator({ retryDelayMs: 5 });
  const bot = new Bot(simulator.token, { client: { apiRoot: simulator.url } });
  const anna = simulator.person();
  return { simulator, bot, anna, [Symbol.asyncDispose]: () => simulator.close() };
}

test('an SDK bot that polls hears a person and answers', async () => {
  await using world = await given();
  const { simulator, bot, anna } = world;
  bot.command('start', (context) => context.reply(`Hi ${context.match}`));
  bot.on('message:photo', (context) => context.replyWithPhoto(new InputFile(picture, 'back.png'), { caption: 'seen' }));
  const running = bot.start();
  simulator.start({ from: anna.id, payload: 'ref-1' });
  await until(() => simulator.screen(anna.id).messages.at(-1)?.text === 'Hi ref-1');
  simulator.attach({ from: anna.id, kind: 'photo', bytes: picture });
  await until(() => simulator.screen(anna.id).messages.at(-1)?.caption === 'seen');
  await bot.stop();
  await running;
});

test('an SDK bot behind a hook is called with the secret and may answer in the answer', async () => {
  await using world = await given();
  const { simulator, bot, anna } = world;
  const buttons = new InlineKeyboard().text('Later', 'later');
  bot.on('message:text', (context) => context.reply('ok', { reply_markup: buttons }));
  bot.callbackQuery('later', (context) => context.answerCallbackQuery({ text: 'Noted' }));
  const server = createServer(webhookCallback(bot, 'http', { secretToken: 'secret-1' }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await bot.api.setWebhook(`http://127.0.0.1:${port}/`, { secret_token: 'secret-1' });
  simulator.write({ from: anna.id, text: 'hello' });
  const answer = await until(() => simulator.screen(anna.id).messages.find(({ text }) => text === 'ok'));
  simulator.press({ from: anna.id, message: Number(answer.message_id), button: 'Later' });
  await until(() => simulator.screen(anna.id).toast?.text === 'Noted');
  assert.equal((await bot.api.getWebhookInfo()).pending_update_count, 0);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('every method that writes works through an SDK', async () => {
  await using world = await given();
  const { simulator, bot, anna } = world;
  simulator.start({ from: anna.id });
  const { api } = bot;
  const file = () => new InputFile(picture, 'file.png');
  const album = [file(), file()].map((media) => ({ type: 'photo' as const, media }));
  const text = await api.sendMessage(anna.id, '<b>bold</b>', { parse_mode: 'HTML' });
  const photo = await api.sendPhoto(anna.id, file());
  const sent = [
    text,
    photo,
    await api.sendDocument(anna.id, file()),
    await api.sendVideo(anna.id, file()),
    await api.sendAudio(anna.id, file()),
    await api.sendVoice(anna.id, file()),
    await api.sendAnimation(anna.id, file()),
    await api.sendVideoNote(anna.id, file()),
    await api.sendSticker(anna.id, file()),
    ...(await api.sendMediaGroup(anna.id, album)),
    await api.sendLocation(anna.id, 55.75, 37.61),
    await api.sendVenue(anna.id, 55.75, 37.61, 'Office', '1 Main st'),
    await api.sendContact(anna.id, '+79990001122', 'Anna'),
    await api.sendPoll(anna.id, 'Which?', ['one', 'two']),
    await api.sendDice(anna.id, '🎲'),
  ];
  assert.deepEqual(text.entities, [{ type: 'bold', offset: 0, length: 4 }]);
  assert.equal(simulator.screen(anna.id).messages.length, sent.length + 1);
  await api.editMessageText(anna.id, text.message_id, 'plain');
  await api.editMessageCaption(anna.id, photo.message_id, { caption: 'a photo' });
  await api.setMessageReaction(anna.id, photo.message_id, [{ type: 'emoji', emoji: '👍' }]);
  await api.sendChatAction(anna.id, 'typing');
  const known = await api.getFile(photo.photo.at(-1)?.file_id ?? '');
  const bytes = await fetch(`${simulator.url}/file/bot${simulator.token}/${known.file_path}`);
  assert.deepEqual(Buffer.from(await bytes.arrayBuffer()), picture);
  await api.sendPhoto(anna.id, photo.photo.at(-1)?.file_id ?? '');
  await api.deleteMessages(
    anna.id,
    sent.map(({ message_id }) => message_id),
  );
  assert.equal(simulator.screen(anna.id).messages.length, 2);
});

const refused: readonly (readonly [
  what: string,
  description: RegExp,
  call: (api: Bot['api'], chat: number) => Promise<unknown>,
])[] = [
  ['an empty text', /text is empty/, (api, chat) => api.sendMessage(chat, ' ')],
  ['a text too long', /too long/, (api, chat) => api.sendMessage(chat, 'x'.repeat(4_097))],
  ['markup not closed', /can't parse entities/, (api, chat) => api.sendMessage(chat, '<b>x', { parse_mode: 'HTML' })],
  ['an unknown chat', /chat not found/, (api) => api.sendMessage(1, 'x')],
  [
    'a payload too long',
    /BUTTON_DATA_INVALID/,
    (api, chat) => api.sendMessage(chat, 'x', { reply_markup: new InlineKeyboard().text('x', 'x'.repeat(65)) }),
  ],
  [
    'an answer to nothing',
    /message to be replied not found/,
    (api, chat) => api.sendMessage(chat, 'x', { reply_parameters: { message_id: 99 } }),
  ],
  ['a file nobody knows', /wrong file identifier/, (api, chat) => api.sendPhoto(chat, 'AgACunknown')],
  ['no picture', /IMAGE_PROCESS_FAILED/, (api, chat) => api.sendPhoto(chat, new InputFile(Buffer.from('x')))],
  ['a change of what is not there', /message to edit not found/, (api, chat) => api.editMessageText(chat, 99, 'x')],
  ['an answer to an old press', /query is too old/, (api) => api.answerCallbackQuery('1')],
];

for (const [what, description, call] of refused) {
  test(`${what} is refused in the platform's words`, async () => {
    await using world = await given();
    world.simulator.start({ from: world.anna.id });
    await assert.rejects(call(world.bot.api, world.anna.id), (error) => {
      assert.ok(error instanceof GrammyError);
      assert.match(error.description, description);
      return true;
    });
  });
}

test('who blocked the bot, never started it, or deleted the account is not written to', async () => {
  await using world = await given();
  const { simulator, bot, anna } = world;
  const write = () =>
    bot.api.sendMessage(anna.id, 'x').then(
      () => 'sent',
      ({ description }: GrammyError) => description,
    );
  assert.match(await write(), /can't initiate/);
  simulator.start({ from: anna.id });
  simulator.block({ from: anna.id });
  assert.match(await write(), /blocked by the user/);
  simulator.unblock({ from: anna.id });
  assert.equal(await write(), 'sent');
  simulator.deactivate({ from: anna.id });
  assert.match(await write(), /deactivated/);
});

test('a second question for updates ends the first, and a hook ends all', async () => {
  await using world = await given();
  const { api } = world.bot;
  const first = api.getUpdates({ timeout: 30 });
  const refusedFirst = assert.rejects(first, /terminated by other getUpdates/);
  await until(() => world.simulator.callsOf('getUpdates').length === 1);
  await api.getUpdates({ timeout: 0 });
  await refusedFirst;
  await api.setWebhook('http://127.0.0.1:9/');
  await assert.rejects(api.getUpdates({ timeout: 0 }), /webhook is active/);
});

test('a page acts for a person through the same actions', async () => {
  await using world = await given();
  const { simulator, anna } = world;
  const root = `${simulator.url}/control/${simulator.user.id}`;
  const post = (action: string, given: object) =>
    fetch(`${root}/${action}`, {
      method: 'POST',
      body: JSON.stringify(given),
      headers: { 'content-type': 'application/json' },
    });
  assert.equal((await post('write', { from: anna.id, text: 'hello' })).status, 200);
  assert.equal((await post('write', { from: 1, text: 'hello' })).status, 400);
  assert.equal((await post('constructor', {})).status, 400);
  simulator.write({ from: anna.id, text: 'see https://a.example/?a=1&b' });
  interface View {
    readonly armed: readonly string[];
    readonly messages: readonly { readonly id: number; readonly html: string; readonly reactions: readonly string[] }[];
  }
  const view = async () => (await (await fetch(`${root}/view?chat=${anna.id}`)).json()) as View;
  const [hello, link] = (await view()).messages;
  assert.equal(hello?.html, 'hello');
  assert.match(link?.html ?? '', /<a href="https:\/\/a.example\/\?a=1&#38;b"/);
  await post('react', { from: anna.id, message: hello?.id, emoji: '👍' });
  await post('fail', { kind: 'slow', times: 9 });
  assert.deepEqual((await view()).messages[0]?.reactions, ['👍']);
  assert.deepEqual((await view()).armed, ['slow']);
  await post('heal', { kind: 'slow' });
  assert.deepEqual((await view()).armed, []);
  assert.match(await (await fetch(simulator.url)).text(), /<title>/);
});
