import { z } from 'zod';

const text = z.string();
const flag = z.boolean();
const count = z.int().min(0).max(0xffff_ffff);
const size = z.int().min(0);
const seconds = z.int().min(0).max(253_402_300_799);
/** Ids are text with us; those that a number cannot hold come as text already. */
const id = z.union([z.int(), z.string().regex(/^-?\d{1,20}$/)]).transform(String);

const user = z
  .object({ is_bot: flag, first_name: text, last_name: text, username: text, language_code: text })
  .partial()
  .extend({ id });
const chat = z
  .object({ title: text, username: text, first_name: text, last_name: text })
  .partial()
  .extend({ id, type: text });
const entity = z
  .object({ url: text, user, language: text })
  .partial()
  .extend({ type: text, offset: count, length: count });
const location = z.object({ latitude: z.number(), longitude: z.number(), live_period: count.optional() });
const where = z.object({ chat, message_thread_id: id.optional(), is_topic_message: flag.optional() });
/** All kinds of files in one: each has the last two and some of the others. */
const file = z
  .object({ file_name: text, mime_type: text, file_size: size, width: count, height: count, length: count })
  .extend({ duration: count, emoji: text, is_animated: flag, is_video: flag })
  .partial()
  .extend({ file_id: text, file_unique_id: text });
const origin = z
  .object({ date: seconds, sender_user: user, sender_user_name: text, sender_chat: chat, chat, message_id: id })
  .partial();
const quoted = z
  .object({ from: user, sender_chat: chat, text, caption: text, forum_topic_created: z.unknown() })
  .partial()
  .extend({ message_id: id });
const contact = z.object({ last_name: text, user_id: id, vcard: text }).partial();
const markup = z.object({
  inline_keyboard: z.array(z.array(z.object({ text, callback_data: text.optional() }))),
});

/** What a message can hold, each or none of it. */
const contents = z
  .object({ text, entities: z.array(entity), caption: text, caption_entities: z.array(entity) })
  .extend({ photo: z.array(file).min(1), document: file, voice: file, audio: file, video: file, video_note: file })
  .extend({ animation: file, sticker: file, location, venue: z.object({ location, title: text, address: text }) })
  .extend({ contact: contact.extend({ phone_number: text, first_name: text }) })
  .extend({ poll: z.object({ question: text, options: z.array(z.object({ text })) }) })
  .extend({
    dice: z.object({ emoji: text, value: z.int() }),
    web_app_data: z.object({ data: text, button_text: text }),
  });

/** What a service message of a group tells. */
const changes = z
  .object({ new_chat_members: z.array(user), left_chat_member: user, new_chat_title: text })
  .extend({ new_chat_photo: z.array(file), delete_chat_photo: flag, pinned_message: z.object({ message_id: id }) })
  .extend({ group_chat_created: flag, supergroup_chat_created: flag })
  .extend({ migrate_to_chat_id: id, migrate_from_chat_id: id });

/** Where a message stands among others. */
const relations = z
  .object({ edit_date: seconds, from: user, sender_chat: chat, media_group_id: text })
  .extend({ reply_to_message: quoted, external_reply: z.object({ origin }), quote: z.object({ text }) })
  .extend({ forward_origin: origin });

/** A message with its content or service fields; fields that are not known here stay, to be named. */
export const messageSchema = z.looseObject({
  ...where.shape,
  ...contents.partial().shape,
  ...changes.partial().shape,
  ...relations.partial().shape,
  message_id: id,
  date: seconds,
});

/** A press of an inline button. */
export const callbackQuerySchema = z.object({
  id: text,
  from: user,
  message: where.extend({ message_id: id, reply_markup: markup.optional() }),
  data: text.optional(),
});

const member = z.object({ user, status: text, is_member: flag.optional() });
const byWhom = { chat, from: user, date: seconds };

/** Somebody's place in a chat changed; the bot's own, too. */
export const memberUpdatedSchema = z.object({ ...byWhom, old_chat_member: member, new_chat_member: member });

/** Somebody asks to join a group. */
export const joinRequestSchema = z.object(byWhom);

const reactionType = z.object({ type: text, emoji: text.optional(), custom_emoji_id: text.optional() });

/** Somebody's reactions to a message changed. */
export const reactionSchema = z
  .object({ user, actor_chat: chat })
  .partial()
  .extend({ chat, message_id: id, date: seconds, new_reaction: z.array(reactionType) });

/** An update of whatever kind. */
export const updateSchema = z.looseObject({ update_id: z.union([size, z.string().regex(/^\d{1,20}$/)]) });

/** What getMe tells. */
export const meSchema = z
  .object({ can_join_groups: flag, can_read_all_group_messages: flag })
  .partial()
  .extend({ id, username: text });

/** What getWebhookInfo tells. */
export const webhookInfoSchema = z
  .object({ last_error_date: seconds, last_error_message: text })
  .partial()
  .extend({ url: text, pending_update_count: count });

/** What a send gives: a message, or all of an album. */
export const sentSchema = z.union([z.object({ message_id: id }), z.array(z.object({ message_id: id }))]);

/** What getFile tells. */
export const fileSchema = z.object({ file_path: text, file_size: size }).partial();

/** Envelope of every answer. */
export const answerSchema = z.union([
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({
    ok: z.literal(false),
    error_code: z.int(),
    description: text,
    parameters: z.object({ retry_after: count, migrate_to_chat_id: id }).partial().optional(),
  }),
]);

export type User = z.output<typeof user>;
export type Chat = z.output<typeof chat>;
export type Entity = z.output<typeof entity>;
export type File = z.output<typeof file>;
export type Origin = z.output<typeof origin>;
export type Where = z.output<typeof where>;
export type Message = z.output<typeof messageSchema>;
export type CallbackQuery = z.output<typeof callbackQuerySchema>;
export type Member = z.output<typeof member>;
export type MemberUpdated = z.output<typeof memberUpdatedSchema>;
export type Reaction = z.output<typeof reactionSchema>;
export type JoinRequest = z.output<typeof joinRequestSchema>;
