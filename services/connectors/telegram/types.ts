import { wire } from '@trunkline/adapter-kit';
import { z } from 'zod';

const { count, size, optionalCount: hint, optionalSize, seconds, some } = wire;
const text = z.string();
const flag = z.boolean();
/** Ids are text with us; those that a number cannot hold come as text already. */
const id = z.union([z.int(), z.string().regex(/^-?\d{1,20}$/)]).transform(String);

const names = { username: text, first_name: text, last_name: text };
const user = some({ ...names, is_bot: flag, language_code: text }).extend({ id });
const chat = some({ ...names, title: text }).extend({ id, type: text });
const entity = some({ url: text, user, language: text }).extend({ type: text, offset: count, length: count });
/** All kinds of files in one: each has both ids and some of the rest. */
const sizes = { file_size: optionalSize, width: hint, height: hint, length: hint, duration: hint };
const looks = { file_name: text, mime_type: text, emoji: text, is_animated: flag, is_video: flag };
const file = some({ ...sizes, ...looks }).extend({ file_id: text, file_unique_id: text });
const files = {
  document: file,
  voice: file,
  audio: file,
  video: file,
  video_note: file,
  animation: file,
  sticker: file,
};

const place = z.object({ latitude: z.number(), longitude: z.number(), live_period: count.optional() });
const venue = z.object({ location: place, title: text, address: text });
const contact = some({ last_name: text, user_id: id, vcard: text }).extend({ phone_number: text, first_name: text });
const poll = z.object({ question: text, options: z.array(z.object({ text })) });
const words = { text, entities: z.array(entity), caption: text, caption_entities: z.array(entity) };
const dice = z.object({ emoji: text, value: z.int() });
const form = z.object({ data: text, button_text: text });
const others = { photo: z.array(file).min(1), location: place, venue, contact, poll, dice, web_app_data: form };

const authors = { sender_user: user, sender_user_name: text, sender_chat: chat, chat };
const origin = some({ ...authors, date: seconds, message_id: id });
const quoted = some({ from: user, sender_chat: chat, text, caption: text, forum_topic_created: z.unknown() });
const relations = {
  ...{ from: user, sender_chat: chat, edit_date: seconds, media_group_id: text, forward_origin: origin },
  ...{ reply_to_message: quoted.extend({ message_id: id }), external_reply: z.object({ origin }) },
  ...{ quote: z.object({ text }), message_thread_id: id, is_topic_message: flag },
};

/** What a service message of a group tells. */
const changes = {
  ...{ new_chat_members: z.array(user), left_chat_member: user, new_chat_title: text, new_chat_photo: z.array(file) },
  ...{ delete_chat_photo: flag, group_chat_created: flag, supergroup_chat_created: flag },
  ...{ pinned_message: z.object({ message_id: id }), migrate_to_chat_id: id, migrate_from_chat_id: id },
};

/** A message with its content or service fields; fields that are not known here stay, to be named. */
export const messageSchema = some({ ...words, ...files, ...others, ...relations, ...changes })
  .extend({ message_id: id, date: seconds, chat })
  .loose();

const button = z.object({ text, callback_data: text.optional() });
const markup = z.object({ inline_keyboard: z.array(z.array(button)) });
const pressed = some({ message_thread_id: id, is_topic_message: flag, reply_markup: markup });

/** A press of an inline button. */
export const callbackQuerySchema = some({ data: text }).extend({
  ...{ id: text, from: user, message: pressed.extend({ chat, message_id: id }) },
});

const member = z.object({ user, status: text, is_member: flag.optional() });
const byWhom = { chat, from: user, date: seconds };

/** Somebody's place in a chat changed; the bot's own, too. */
export const memberUpdatedSchema = z.object({ ...byWhom, old_chat_member: member, new_chat_member: member });

/** Somebody asks to join a group. */
export const joinRequestSchema = z.object(byWhom);

const reaction = some({ emoji: text, custom_emoji_id: text }).extend({ type: text });

/** Somebody's reactions to a message changed. */
export const reactionSchema = some({ user, actor_chat: chat }).extend({
  ...{ chat, message_id: id, date: seconds, new_reaction: z.array(reaction) },
});

/** An update of whatever kind. */
export const updateSchema = z.looseObject({ update_id: z.union([size, z.string().regex(/^\d{1,20}$/)]) });

/** What getMe tells. */
export const meSchema = some({ can_join_groups: flag, can_read_all_group_messages: flag }).extend({
  ...{ id, username: text },
});

/** What getWebhookInfo tells. */
export const webhookInfoSchema = some({ last_error_date: seconds, last_error_message: text }).extend({
  ...{ url: text, pending_update_count: count },
});

/** What a send gives: a message, or all of an album. */
export const sentSchema = z.union([z.object({ message_id: id }), z.array(z.object({ message_id: id }))]);

/** What getFile tells. */
export const fileSchema = some({ file_path: text, file_size: size });

/** Envelope of every answer. */
export const answerSchema = z.union([
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({
    ...{ ok: z.literal(false), error_code: z.int(), description: text },
    parameters: some({ retry_after: count, migrate_to_chat_id: id }).optional(),
  }),
]);

export type User = z.output<typeof user>;
export type Chat = z.output<typeof chat>;
export type Entity = z.output<typeof entity>;
export type File = z.output<typeof file>;
export type Origin = z.output<typeof origin>;
export type Message = z.output<typeof messageSchema>;
export type Member = z.output<typeof member>;
export type MemberUpdated = z.output<typeof memberUpdatedSchema>;
