import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  Album,
  AlbumItemType,
  ContactCard,
  type Content,
  type Keyboard,
  KeyboardMode,
  LinkPreview,
  Location,
  MarkType,
  Poll,
  SendOptions,
  Sticker,
  Typing,
  TypingKind,
} from '@trunkline/contracts';
import { attachmentOf, fileOf, picture, startBot, textOf } from './testing/bot.ts';
import { orderTo, writeTo } from './testing/desk.ts';

const sound = Buffer.from('OggS sound');

test('a text with marks is shown as it was meant', async () => {
  await using bot = await startBot();
  const marks = [{ type: MarkType.MARK_TYPE_BOLD, offset: 0, length: 5 }];
  const sent = await bot.send(writeTo(bot.anna.id, textOf('a<b>& ready', marks)));
  assert.equal(bot.last().text, 'a<b>& ready');
  assert.deepEqual(bot.last().entities, [{ type: 'bold', offset: 0, length: 5 }]);
  assert.deepEqual(sent.platformIds, [String(bot.last().message_id)]);
});

const photo = fileOf('f1', picture, 'image/png', 'receipt.png');
const voice = fileOf('f2', sound, 'audio/ogg', 'voice.ogg');
const files = new Map([...photo.files, ...voice.files]);

const kinds: readonly (readonly [field: string, kind: NonNullable<Content['kind']>])[] = [
  ['photo', { $case: 'image', value: attachmentOf(photo.media, 'receipt') }],
  ['video', { $case: 'video', value: attachmentOf(voice.media) }],
  ['audio', { $case: 'audio', value: attachmentOf(voice.media) }],
  ['voice', { $case: 'voice', value: attachmentOf(voice.media) }],
  ['document', { $case: 'file', value: attachmentOf(voice.media) }],
  ['animation', { $case: 'animation', value: attachmentOf(voice.media) }],
  ['video_note', { $case: 'videoNote', value: attachmentOf(voice.media) }],
  ['video', { $case: 'videoNote', value: attachmentOf(voice.media, 'a round one has no caption') }],
  ['sticker', { $case: 'sticker', value: Sticker.create({ media: voice.media }) }],
  ['location', { $case: 'location', value: Location.create({ latitude: 55.75, longitude: 37.61 }) }],
  ['venue', { $case: 'location', value: Location.create({ latitude: 55.75, longitude: 37.61, title: 'Office' }) }],
  [
    'contact',
    { $case: 'contactCards', value: { cards: [ContactCard.create({ name: 'Ivan', phones: ['+79990001122'] })] } },
  ],
  ['text', { $case: 'link', value: LinkPreview.create({ url: 'https://a.example/1', title: 'Page' }) }],
  ['poll', { $case: 'poll', value: Poll.create({ question: 'Which?', options: ['one', 'two'] }) }],
];

for (const [field, kind] of kinds) {
  test(`a content of the kind ${kind.$case} arrives as ${field}`, async () => {
    await using bot = await startBot();
    const sent = await bot.send(writeTo(bot.anna.id, kind), { files });
    assert.ok(field in bot.last(), `it has ${Object.keys(bot.last())}`);
    assert.deepEqual(sent.platformIds, [String(bot.last().message_id)]);
  });
}

test('several contact cards become lines of one message', async () => {
  await using bot = await startBot();
  const cards = ['Ivan', 'Olga'].map((name) => ContactCard.create({ name, phones: ['+79990001122'] }));
  await bot.send(writeTo(bot.anna.id, { $case: 'contactCards', value: { cards } }));
  assert.equal(bot.last().text, 'Ivan, +79990001122\nOlga, +79990001122');
});

test('an album is sent as one, with its text under the first picture', async () => {
  await using bot = await startBot();
  const item = { type: AlbumItemType.ALBUM_ITEM_TYPE_IMAGE, media: photo.media };
  const album = Album.create({ items: [item, item], caption: { plain: 'both' } });
  const sent = await bot.send(writeTo(bot.anna.id, { $case: 'album', value: album }), { files });
  assert.equal(sent.platformIds.length, 2);
  const [first, second] = bot.simulator.screen(bot.anna.id).messages.slice(-2);
  assert.equal(first?.caption, 'both');
  assert.ok(first?.media_group_id !== undefined && first.media_group_id === second?.media_group_id);
});

test('an album of unlike things is an album of files', async () => {
  await using bot = await startBot();
  const types = [AlbumItemType.ALBUM_ITEM_TYPE_IMAGE, AlbumItemType.ALBUM_ITEM_TYPE_FILE];
  const album = Album.create({ items: types.map((type) => ({ type, media: photo.media })) });
  await bot.send(writeTo(bot.anna.id, { $case: 'album', value: album }), { files });
  assert.ok('document' in bot.last());
});

test('an answer shows what it answers, and goes without it when that is gone', async () => {
  await using bot = await startBot();
  const { message_id } = bot.simulator.write({ from: bot.anna.id, text: 'Which size?' });
  const known = { platformId: String(message_id), conversationPlatformId: String(bot.anna.id) };
  const reply = { messageId: 'm1', selected: 'size' };
  const value = { content: { kind: textOf('XL') }, reply };
  const order = orderTo(bot.anna.id, { action: { $case: 'message', value } });
  await bot.send(order, { messages: new Map([['m1', [known]]]) });
  assert.equal((bot.last().reply_to_message as { message_id: number }).message_id, message_id);
  assert.equal((bot.last().quote as { text: string }).text, 'size');
  await bot.send(order, { messages: new Map([['m1', [{ ...known, platformId: '999' }]]]) });
  assert.equal(bot.last().reply_to_message, undefined);
});

test('a quote that the message no longer holds does not keep the answer back', async () => {
  await using bot = await startBot();
  const { message_id } = bot.simulator.write({ from: bot.anna.id, text: 'Which colour?' });
  const known = { platformId: String(message_id), conversationPlatformId: String(bot.anna.id) };
  const value = { content: { kind: textOf('XL') }, reply: { messageId: 'm1', selected: 'size' } };
  const order = orderTo(bot.anna.id, { action: { $case: 'message', value } });
  const sent = await bot.send(order, { messages: new Map([['m1', [known]]]) });
  assert.equal(sent.platformIds.length, 1);
  assert.equal(bot.last().text, 'XL');
});

test('buttons stand under the message or instead of the keyboard, and go away again', async () => {
  await using bot = await startBot();
  const write = (keyboard: Parameters<typeof Keyboard.create>[0]) =>
    bot.send(
      orderTo(bot.anna.id, { action: { $case: 'message', value: { content: { kind: textOf('choose') }, keyboard } } }),
    );
  const later = { text: 'Later', action: { $case: 'callback', value: 'o17:later' } } as const;
  const pay = { text: 'Pay', action: { $case: 'url', value: 'https://p.example/17' } } as const;
  await write({ mode: KeyboardMode.KEYBOARD_MODE_INLINE, rows: [{ buttons: [pay, later] }] });
  const inline = {
    inline_keyboard: [
      [
        { text: 'Pay', url: pay.action.value },
        { text: 'Later', callback_data: 'o17:later' },
      ],
    ],
  };
  assert.deepEqual(bot.last().reply_markup, inline);
  const phone = { text: 'Share phone', action: { $case: 'requestPhone', value: true } } as const;
  await write({ mode: KeyboardMode.KEYBOARD_MODE_QUICK, rows: [{ buttons: [phone] }], placeholder: 'or write' });
  assert.deepEqual(bot.simulator.screen(bot.anna.id).keyboard, {
    keyboard: [[{ text: 'Share phone', request_contact: true }]],
    resize_keyboard: true,
    one_time_keyboard: true,
    input_field_placeholder: 'or write',
  });
  await write({ mode: KeyboardMode.KEYBOARD_MODE_REMOVE });
  assert.equal(bot.simulator.screen(bot.anna.id).keyboard, undefined);
});

test('a payload above 64 bytes is refused before the call', async () => {
  await using bot = await startBot();
  const action = { $case: 'callback', value: 'я'.repeat(33) } as const;
  const keyboard = { mode: KeyboardMode.KEYBOARD_MODE_INLINE, rows: [{ buttons: [{ text: 'x', action }] }] };
  const value = { content: { kind: textOf('choose') }, keyboard };
  const order = orderTo(bot.anna.id, { action: { $case: 'message', value } });
  await assert.rejects(bot.send(order), { code: 'content_invalid' });
  assert.equal(bot.simulator.callsOf('sendMessage').length, 0);
});

test('sound and preview are left out where that is asked for', async () => {
  await using bot = await startBot();
  const options = SendOptions.create({ isSilent: true, withoutPreview: true });
  const value = { content: { kind: textOf('https://a.example') }, options };
  await bot.send(orderTo(bot.anna.id, { action: { $case: 'message', value } }));
  const { disable_notification, link_preview_options } = bot.simulator.callsOf('sendMessage').at(-1)?.params ?? {};
  assert.deepEqual([disable_notification, link_preview_options], [true, { is_disabled: true }]);
});

test('a message is changed, marked, and deleted', async () => {
  await using bot = await startBot();
  const sent = await bot.send(writeTo(bot.anna.id, textOf('Order 17')));
  const conversationPlatformId = String(bot.anna.id);
  const places = sent.platformIds.map((platformId) => ({ platformId, conversationPlatformId }));
  const messages = new Map([['m1', places]]);
  const edit = { messageId: 'm1', content: { kind: textOf('Order 18') } };
  const order = orderTo(bot.anna.id, { action: { $case: 'edit', value: edit } });
  await bot.send(order, { messages });
  assert.equal(bot.last().text, 'Order 18');
  assert.deepEqual((await bot.send(order, { messages })).platformIds, [], 'the same text again is no failure');
  const reaction = { messageId: 'm1', reactions: ['👍'] };
  await bot.send(orderTo(bot.anna.id, { action: { $case: 'reaction', value: reaction } }), { messages });
  assert.deepEqual(bot.last().reactions, ['👍']);
  await bot.send(orderTo(bot.anna.id, { action: { $case: 'delete', value: { messageIds: ['m1', 'm2'] } } }), {
    messages,
  });
  assert.notEqual(bot.last().text, 'Order 18');
});

test('the caption of a picture is changed like a text, and the picture by another', async () => {
  await using bot = await startBot();
  const sent = await bot.send(writeTo(bot.anna.id, { $case: 'image', value: attachmentOf(photo.media, 'old') }), {
    files,
  });
  const places = sent.platformIds.map((platformId) => ({ platformId, conversationPlatformId: String(bot.anna.id) }));
  const known = { files, messages: new Map([['m1', places]]) };
  const change = (kind: Content['kind']) =>
    bot.send(orderTo(bot.anna.id, { action: { $case: 'edit', value: { messageId: 'm1', content: { kind } } } }), known);
  await change(textOf('new'));
  assert.equal(bot.last().caption, 'new');
  await change({ $case: 'file', value: attachmentOf(voice.media, 'another') });
  assert.deepEqual([bot.last().caption, 'document' in bot.last(), 'photo' in bot.last()], ['another', true, false]);
});

test('more than a hundred messages are deleted in several calls', async () => {
  await using bot = await startBot();
  const places = Array.from({ length: 150 }, (_, index) => `${index + 1}`).map((platformId) => ({
    platformId,
    conversationPlatformId: String(bot.anna.id),
  }));
  const order = orderTo(bot.anna.id, { action: { $case: 'delete', value: { messageIds: ['m1'] } } });
  await bot.send(order, { messages: new Map([['m1', places]]) });
  const sizes = bot.simulator.callsOf('deleteMessages').map(({ params }) => (params.message_ids as unknown[]).length);
  assert.deepEqual(sizes, [100, 50]);
});

test('what is to be changed but was never sent is refused with words', async () => {
  await using bot = await startBot();
  const actions = [
    { $case: 'edit', value: { messageId: 'm1', content: { kind: textOf('x') } } },
    { $case: 'reaction', value: { messageId: 'm1', reactions: ['👍'] } },
    { $case: 'delete', value: { messageIds: ['m1'] } },
  ] as const;
  for (const action of actions) {
    await assert.rejects(bot.send(orderTo(bot.anna.id, { action: action as never })), { code: 'content_invalid' });
  }
  const read = orderTo(bot.anna.id, { action: { $case: 'read', value: { messageId: 'm1' } } });
  await assert.rejects(bot.send(read), { code: 'unsupported' });
});

test('typing is shown and has no id', async () => {
  await using bot = await startBot();
  const typing = (isOn: boolean, kind: TypingKind = TypingKind.TYPING_KIND_UNSPECIFIED) =>
    orderTo(bot.anna.id, { action: { $case: 'typing', value: Typing.create({ isOn, kind }) } });
  assert.deepEqual(await bot.send(typing(true)), { platformIds: [] });
  assert.equal(bot.simulator.screen(bot.anna.id).isBotTyping, true);
  await bot.send(typing(false));
  await bot.send(typing(true, TypingKind.TYPING_KIND_VOICE));
  await bot.send(typing(true, TypingKind.TYPING_KIND_FILE));
  const shown = bot.simulator.callsOf('sendChatAction').map(({ params }) => params.action);
  assert.deepEqual(shown, ['typing', 'record_voice', 'upload_document']);
});

test('a press is answered, and one that nobody waits for any more is no failure', async () => {
  await using bot = await startBot();
  const rows = [{ buttons: [{ text: 'Later', action: { $case: 'callback', value: 'later' } as const }] }];
  const value = { content: { kind: textOf('?') }, keyboard: { mode: KeyboardMode.KEYBOARD_MODE_INLINE, rows } };
  const [id] = (await bot.send(orderTo(bot.anna.id, { action: { $case: 'message', value } }))).platformIds;
  const ackToken = bot.simulator.press({ from: bot.anna.id, message: Number(id), button: 'Later' });
  const answer = { pressId: 'p1', text: 'Noted', isAlert: true };
  const order = orderTo(bot.anna.id, { action: { $case: 'pressAnswer', value: answer } }, { ackToken });
  await bot.send(order);
  assert.deepEqual(bot.simulator.screen(bot.anna.id).toast, { text: 'Noted', isAlert: true });
  assert.deepEqual(await bot.send(order), { platformIds: [] });
});

test('a topic of a group is written to as such', async () => {
  await using bot = await startBot();
  const chat = bot.simulator.createGroup({ from: bot.anna.id, title: 'Club', isForum: true });
  const topic = bot.simulator.openTopic({ from: bot.anna.id, chat, name: 'Prices' });
  const conversation = { ...orderTo(chat, {}).conversation, platformId: `${chat}:${topic}` };
  await bot.send(writeTo(chat, textOf('hello'), { conversation: conversation as never }));
  assert.equal(bot.last(chat).message_thread_id, topic);
});
