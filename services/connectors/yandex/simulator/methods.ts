import type { ChatButton, ChatMessage, Form, FormFile } from '@trunkline/testkit/simulator';
import { z } from 'zod';
import { type Bot, chatOf, keepFile, nextMessageId, openRoom, type Room, roomFor } from './bot.ts';
import { BotError, type Fields, limits } from './types.ts';
import type { Updates } from './updates.ts';

const chars = (max: number) =>
  z
    .string()
    .min(1)
    .refine((text) => [...text].length <= max, { error: `is longer than ${max} characters` });
const directive = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('server_action'),
    name: z.string().min(1),
    payload: z.record(z.string(), z.unknown()).optional(),
  }),
  z.strictObject({ type: z.literal('open_uri'), url: z.url() }),
]);
type Directive = z.infer<typeof directive>;
const suggestButtons = z.strictObject({
  layout: z.boolean().optional(),
  persist: z.boolean().optional(),
  buttons: z.array(
    z.array(z.strictObject({ id: z.string().optional(), title: chars(100), directives: z.array(directive).min(1) })),
  ),
});
const inlineKeyboard = z.array(
  z.strictObject({
    text: chars(100),
    callback_data: z.record(z.string(), z.unknown()).optional(),
    url: z.url().optional(),
  }),
);
const flag = z.union([z.boolean(), z.enum(['true', 'false'])]).optional();
const whole = z.union([z.bigint(), z.number().int(), z.string().regex(/^\d+$/)]);
const to = { login: z.string().optional(), chat_id: z.string().optional() };
const common = {
  ...to,
  payload_id: z.string().max(64).optional(),
  reply_message_id: whole.optional(),
  thread_id: whole.optional(),
  message_id: whole.optional(),
  disable_notification: flag,
  important: flag,
};
const textMessage = z.strictObject({
  ...common,
  text: chars(limits.text),
  disable_web_page_preview: flag,
  inline_keyboard: inlineKeyboard.optional(),
  suggest_buttons: suggestButtons.optional(),
});
/** Fields of forms are texts. */
const fileMessage = z.strictObject({
  ...common,
  suggest_buttons: z.string().transform(readButtons).optional(),
});
const sticker = z.strictObject({
  ...to,
  sticker_id: z.string(),
  sticker_set_id: z.string(),
  payload_id: z.string().optional(),
});
const deleted = z.strictObject({ ...to, message_id: whole, thread_id: whole.optional() });

/** What the methods work on. */
export interface MethodParts {
  readonly bot: Bot;
  readonly updates: Updates;
}

export type Method = (parts: MethodParts, form: Form) => Fields;

/** Methods by their address. All throw BotError. */
export const methods: Readonly<Record<string, Method>> = {
  'self/update': ({ bot }, { fields }) => {
    // What is not given stays as it is.
    const { webhook_url: url = bot.hook ?? null } = check(
      z.object({ webhook_url: z.union([z.url({ protocol: /^https?$/ }), z.null()]).optional() }),
      fields,
    );
    bot.hook = url ?? undefined;
    bot.chats.tell();
    const { id, name: display_name, organization, login } = bot;
    return { id, display_name, webhook_url: url, organizations: [organization], login };
  },
  'messages/getUpdates': ({ updates }, { fields: { limit = 100, offset } }) => {
    const [most, from] = [Number(limit), offset === undefined ? undefined : Number(offset)];
    if (!Number.isInteger(most) || most < 1 || most > limits.fetched)
      throw new BotError(400, `limit must be from 1 to ${limits.fetched}`);
    return { updates: updates.fetch(from, most) };
  },
  'messages/sendText': ({ bot }, { fields }) => {
    const { text, suggest_buttons: suggested, inline_keyboard: inline = [], ...rest } = check(textMessage, fields);
    const rows = rowsOf(suggested);
    const old = inline.map(({ text: label, url, callback_data: data = {} }) => [
      { id: JSON.stringify({ data }), label, ...(url && { url }) },
    ]);
    return write(bot, rest, { text, buttons: rows ?? old });
  },
  'messages/sendFile': ({ bot }, { fields, files }) => {
    const { suggest_buttons: suggested, ...rest } = check(fileMessage, fields);
    const file = fileOf(files.get('document'), 'document');
    const media = { kind: 'file' as const, file: keepFile(bot, file), name: file.name };
    return write(bot, rest, { media, buttons: rowsOf(suggested) ?? [] });
  },
  'messages/sendImage': ({ bot }, { fields, files }) => {
    const { suggest_buttons: suggested, ...rest } = check(fileMessage, fields);
    const file = fileOf(files.get('image'), 'image');
    if (!file.mimeType.startsWith('image/')) throw new BotError(400, 'image must be a picture');
    const media = { kind: 'image' as const, file: keepFile(bot, file), name: file.name };
    return write(bot, rest, { media, buttons: rowsOf(suggested) ?? [] });
  },
  'messages/sendGallery': ({ bot }, { fields, files }) => {
    const gallery = fileMessage.extend({ text: chars(limits.text).optional() });
    const { text, suggest_buttons: suggested, ...rest } = check(gallery, fields);
    const pictures = [...files].filter(([name]) => name.startsWith('images'));
    if (pictures.length === 0 || pictures.length > limits.gallery)
      throw new BotError(400, `images must be from 1 to ${limits.gallery}`);
    const [first] = pictures.map(([, picture]) => keepFile(bot, fileOf(picture, 'images')));
    return write(bot, rest, {
      ...(text && { text }),
      media: { kind: 'image' as const, file: first ?? '', name: `${pictures.length} pictures` },
      buttons: rowsOf(suggested) ?? [],
    });
  },
  'messages/sendSticker': ({ bot }, { fields }) => {
    const { sticker_id: id, sticker_set_id: set, ...rest } = check(sticker, fields);
    return write(bot, rest, { text: `[sticker ${set}/${id}]` });
  },
  'messages/delete': ({ bot }, { fields }) => {
    const { message_id: id, ...where } = check(deleted, fields);
    const chat = chatOf(roomFor(bot, where));
    if (!hasMessage(bot, chat, String(id))) throw new BotError(404, 'Message not found');
    bot.chats.change(chat, String(id), { isDeleted: true });
    return { message_id: BigInt(id) };
  },
  'messages/createPoll': ({ bot }, { fields }) => {
    const { title, answers, ...rest } = check(
      z.object({ ...common, title: chars(1_000), answers: z.array(chars(100)).min(2).max(10) }),
      fields,
    );
    return write(bot, rest, { text: [title, ...answers].join('\n') });
  },
  'chats/create': ({ bot }, { fields }) => {
    const one = z.object({ login: z.string() });
    const {
      name,
      description = '',
      members = [],
      channel = false,
    } = check(
      z.object({
        name: chars(200),
        description: z.string().max(500).optional(),
        members: z.array(one).optional(),
        channel: z.boolean().optional(),
      }),
      fields,
    );
    const logins = members.map(({ login }) => login);
    return {
      chat_id: openRoom(bot, { type: channel ? 'channel' : 'group', title: name, description, members: logins }).id,
    };
  },
  'chats/updateMembers': ({ bot }, { fields }) => {
    const list = z.array(z.object({ login: z.string() })).optional();
    const {
      chat_id: chat,
      members = [],
      remove = [],
    } = check(z.object({ chat_id: z.string(), members: list, remove: list, admins: list, subscribers: list }), fields);
    const room = roomFor(bot, { chat_id: chat });
    for (const { login } of members) room.members.add(login);
    for (const { login } of remove) room.members.delete(login);
    return {};
  },
  'users/getUserLink': ({ bot }, { fields: { login } }) => {
    const person = bot.people.get(String(login));
    if (person === undefined) throw new BotError(400, 'User not found');
    return {
      id: person.id,
      chat_link: `https://yandex.ru/chat#/user/${person.id}`,
      call_link: `https://yandex.ru/chat#/call/${person.id}`,
    };
  },
};

/** Checks fields by a schema; what does not fit is refused in the platform's words. */
function check<Shape>(schema: z.ZodType<Shape>, fields: Fields): Shape {
  const result = schema.safeParse(fields);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const what = issue?.code === 'unrecognized_keys' ? `unknown field ${issue.keys[0]}` : issue?.message;
  throw new BotError(400, `${issue?.path.join('.')} ${what}`.trim());
}

function fileOf(file: FormFile | undefined, field: string): FormFile {
  if (file === undefined) throw new BotError(400, `${field} must be given`);
  if (file.bytes.length > limits.fileBytes) throw new BotError(413, 'File is too large');
  return file;
}

function readButtons(text: string): z.infer<typeof suggestButtons> {
  const { success, data } = suggestButtons.safeParse(JSON.parse(text));
  if (!success) throw new BotError(400, 'suggest_buttons: no buttons');
  return data;
}

function rowsOf(suggested: z.infer<typeof suggestButtons> | undefined): ChatButton[][] | undefined {
  return suggested?.buttons.map((row) => row.map(({ id = '', title, directives }) => buttonOf(id, title, directives)));
}

function buttonOf(id: string, title: string, directives: readonly Directive[]): ChatButton {
  const address = directives.find((one) => one.type === 'open_uri');
  const action = directives.find((one) => one.type === 'server_action');
  return {
    id: JSON.stringify({ action, element: id }),
    label: title,
    ...(address && action === undefined && { url: address.url }),
  };
}

type Common = Partial<Record<keyof typeof common, unknown>>;

function hasMessage({ chats }: Bot, chat: string, id: string): boolean {
  return chats.of(chat).messages.some((message) => message.id === id);
}

/** Puts a message into the chat, once under its payload_id, or changes the one that `message_id` names. */
function write(bot: Bot, given: Common, content: Partial<ChatMessage>): Fields {
  const room: Room = roomFor(bot, given);
  const chat = chatOf(room);
  const { payload_id: payload, reply_message_id: reply, message_id: changes } = given;
  if (changes !== undefined) {
    if (!hasMessage(bot, chat, String(changes))) throw new BotError(404, 'Message not found');
    bot.chats.change(chat, String(changes), { ...content, isEdited: true });
    return { message_id: BigInt(changes as bigint) };
  }
  const key = `${room.id} ${payload}`;
  const before = payload === undefined ? undefined : bot.sent.get(key);
  if (before !== undefined) return { message_id: before };
  if (reply !== undefined && !hasMessage(bot, chat, String(reply)))
    throw new BotError(400, 'reply_message_id: message not found');
  const quoted = bot.chats.of(chat).messages.find(({ id }) => id === String(reply));
  const id = nextMessageId(bot);
  bot.sent.set(key, id);
  bot.chats.add(chat, {
    id: String(id),
    by: 'account',
    ...content,
    ...(quoted && { quote: quoted.text ?? '…' }),
    raw: given,
  });
  return { message_id: id };
}
