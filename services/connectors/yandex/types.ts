import { wire } from '@trunkline/adapter-kit';
import { z } from 'zod';

const { text, optionalSize: size, optionalCount: pixels, seconds: timestamp, some } = wire;
/** An id may be larger than a number can hold: it is a text everywhere. */
const id = z.union([z.int().min(0), z.string().regex(/^\d{1,20}$/)]).transform(String);

const chat = some({ id: text, title: text }).extend({ type: text });
const sender = some({ id: text, login: text, display_name: text, robot: z.boolean() });
/** One picture in one size. */
const image = some({ width: pixels, height: pixels, size, name: text }).extend({ file_id: text });
const file = some({ name: text, size }).extend({ id: text });
const sticker = some({ set_id: text, emoji: text }).extend({ id: text });
const serverAction = some({ payload: z.unknown() }).extend({ name: text });
const requestError = some({ type: text, name: text });
const botRequest = some({ server_action: serverAction, errors: z.array(requestError) });

/** What a message says, whoever forwards it. */
const said = {
  ...{ message_id: id, timestamp, from: sender, text, file, sticker },
  /** Pictures, each in several sizes. */
  images: z.array(z.array(image).min(1)),
};
/** A message of another chat, or one that is answered. */
const message = some(said);

/** What happened, by what it carries: Yandex gives no name to the kinds. */
export const updateSchema = z
  .looseObject({
    ...some({ ...said, chat, callback_data: z.unknown(), bot_request: botRequest }).shape,
    ...some({ thread_id: id, reply_to_message: message, forwarded_messages: z.array(message) }).shape,
  })
  .extend({ update_id: id });

/** A call of the hook has the form of an answer to getUpdates. */
export const updatesSchema = z.object({ updates: z.array(z.unknown()) });

/** What the platform answers to every call. */
export const answerSchema = z.looseObject({ ok: z.boolean(), description: z.string().default('') });
export const sentSchema = z.object({ message_id: id });
export const madeChatSchema = z.object({ chat_id: z.string().min(1) });
export const linkSchema = z.object({ chat_link: z.url() });
export const selfSchema = z.object({
  ...{ id: z.string().min(1), login: z.string().default(''), display_name: z.string().default('') },
  ...{ webhook_url: z.string().nullish(), organizations: z.array(z.unknown()).optional() },
});

/** What an update carries. */
export type Update = z.output<typeof updateSchema>;
export type Message = z.output<typeof message>;
export type Sender = z.output<typeof sender>;
