import { z } from 'zod';

/** Ids are text with us; those that a number cannot hold come as text already. */
const id = z.union([z.int(), z.string().regex(/^-?\d{1,20}$/)]).transform(String);
const count = z.int().min(0).max(0xffff_ffff);
const seconds = z.int().min(0).max(253_402_300_799);

const user = z.object({
  id,
  is_bot: z.boolean().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  username: z.string().optional(),
  language_code: z.string().optional(),
});
const chat = z.object({
  id,
  type: z.string(),
  title: z.string().optional(),
  username: z.string().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
});
const entity = z.object({
  type: z.string(),
  offset: count,
  length: count,
  url: z.string().optional(),
  user: user.optional(),
  language: z.string().optional(),
});
/** All kinds of files in one: each has the first two and some of the others. */
const file = z.object({
  file_id: z.string(),
  file_unique_id: z.string(),
  file_name: z.string().optional(),
  mime_type: z.string().optional(),
  file_size: z.int().min(0).optional(),
  width: count.optional(),
  height: count.optional(),
  length: count.optional(),
  duration: count.optional(),
  emoji: z.string().optional(),
  is_animated: z.boolean().optional(),
  is_video: z.boolean().optional(),
});
const location = z.object({ latitude: z.number(), longitude: z.number(), live_period: count.optional() });
const origin = z.object({
  date: seconds.optional(),
  sender_user: user.optional(),
  sender_user_name: z.string().optional(),
  sender_chat: chat.optional(),
  chat: chat.optional(),
  message_id: id.optional(),
});
const where = z.object({ chat, message_thread_id: id.optional(), is_topic_message: z.boolean().optional() });
const quoted = z.object({
  message_id: id,
  from: user.optional(),
  sender_chat: chat.optional(),
  text: z.string().optional(),
  caption: z.string().optional(),
  forum_topic_created: z.unknown().optional(),
});

/** A message with its content or service fields. What stands here only to be known is `unknown`. */
export const messageSchema = z.looseObject({
  ...where.shape,
  message_id: id,
  date: seconds,
  edit_date: seconds.optional(),
  from: user.optional(),
  sender_chat: chat.optional(),
  media_group_id: z.string().optional(),
  text: z.string().optional(),
  entities: z.array(entity).optional(),
  caption: z.string().optional(),
  caption_entities: z.array(entity).optional(),
  photo: z.array(file).min(1).optional(),
  document: file.optional(),
  voice: file.optional(),
  audio: file.optional(),
  video: file.optional(),
  video_note: file.optional(),
  animation: file.optional(),
  sticker: file.optional(),
  location: location.optional(),
  venue: z.object({ location, title: z.string(), address: z.string() }).optional(),
  contact: z
    .object({
      phone_number: z.string(),
      first_name: z.string(),
      last_name: z.string().optional(),
      user_id: id.optional(),
      vcard: z.string().optional(),
    })
    .optional(),
  poll: z.object({ question: z.string(), options: z.array(z.object({ text: z.string() })) }).optional(),
  dice: z.object({ emoji: z.string(), value: z.int() }).optional(),
  web_app_data: z.object({ data: z.string(), button_text: z.string() }).optional(),
  reply_to_message: quoted.optional(),
  external_reply: z.object({ origin, message_id: id.optional() }).optional(),
  quote: z.object({ text: z.string() }).optional(),
  forward_origin: origin.optional(),
  new_chat_members: z.array(user).optional(),
  left_chat_member: user.optional(),
  new_chat_title: z.string().optional(),
  new_chat_photo: z.array(file).optional(),
  delete_chat_photo: z.boolean().optional(),
  group_chat_created: z.boolean().optional(),
  supergroup_chat_created: z.boolean().optional(),
  migrate_to_chat_id: id.optional(),
  migrate_from_chat_id: id.optional(),
  pinned_message: z.object({ message_id: id }).optional(),
});

/** A press of an inline button. */
export const callbackQuerySchema = z.object({
  id: z.string(),
  from: user,
  message: z.object({
    ...where.shape,
    message_id: id,
    reply_markup: z
      .object({
        inline_keyboard: z.array(z.array(z.object({ text: z.string(), callback_data: z.string().optional() }))),
      })
      .optional(),
  }),
  data: z.string().optional(),
});

const member = z.object({ user, status: z.string(), is_member: z.boolean().optional() });

/** Somebody's place in a chat changed; the bot's own, too. */
export const memberUpdatedSchema = z.object({
  chat,
  from: user,
  date: seconds,
  old_chat_member: member,
  new_chat_member: member,
});

/** Somebody's reactions to a message changed. */
export const reactionSchema = z.object({
  chat,
  message_id: id,
  user: user.optional(),
  actor_chat: chat.optional(),
  date: seconds,
  new_reaction: z.array(
    z.object({ type: z.string(), emoji: z.string().optional(), custom_emoji_id: z.string().optional() }),
  ),
});

/** Somebody asks to join a group. */
export const joinRequestSchema = z.object({ chat, from: user, date: seconds });

/** An update of whatever kind. */
export const updateSchema = z.looseObject({ update_id: z.union([z.int().min(0), z.string().regex(/^\d{1,20}$/)]) });

/** What getMe tells. */
export const meSchema = z.object({
  id,
  username: z.string(),
  can_join_groups: z.boolean().optional(),
  can_read_all_group_messages: z.boolean().optional(),
});

/** What getWebhookInfo tells. */
export const webhookInfoSchema = z.object({
  url: z.string(),
  pending_update_count: count,
  last_error_date: seconds.optional(),
  last_error_message: z.string().optional(),
});

/** What a send gives: a message, or all of an album. */
export const sentSchema = z.union([z.object({ message_id: id }), z.array(z.object({ message_id: id }))]);

/** What getFile tells. */
export const fileSchema = z.object({ file_path: z.string().optional(), file_size: z.int().min(0).optional() });

/** Envelope of every answer. */
export const answerSchema = z.union([
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({
    ok: z.literal(false),
    error_code: z.int(),
    description: z.string(),
    parameters: z.object({ retry_after: count.optional(), migrate_to_chat_id: id.optional() }).optional(),
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
