import { wire } from '@trunkline/adapter-kit';
import { z } from 'zod';

const { seconds, some } = wire;
const text = z.string();
const id = z.union([z.int(), z.string().min(1).max(512)]).transform(String);

/** A change of a field of the page. */
export const changeSchema = z.object({ field: text, value: z.unknown() });

const post = some({ permalink_url: text });
/** What happens on the page's wall. */
export const feedSchema = some({
  from: some({ id, name: text }),
  ...{ comment_id: id, post_id: id, parent_id: id },
  created_time: seconds,
  ...{ message: text, photo: text, video: text, reaction_type: text },
  post,
}).extend({ item: text, verb: text });

const judged = { event: text, reason: text.nullable() };
const judgedIds = { message_template_id: id, message_template_name: text, message_template_language: text };
export const templateNewsSchema = some(judged).extend(judgedIds);

/** Answers. */
export const doneSchema = z.looseObject({});
export const sentSchema = z.union([z.object({ message_id: id }), z.object({ id })]);
export const uploadedSchema = z.object({ attachment_id: id });
export const pageSchema = z.object({ id, name: text });
export const personSchema = some({ first_name: text, last_name: text, locale: text });
export const hooksSchema = z.object({ data: z.array(some({ object: text, callback_url: text })) });
export const subscribedSchema = z.object({ data: z.array(some({ id, subscribed_fields: z.array(text) })) });
export const tokenSchema = z.object({ access_token: text });
export const ownPageSchema = some({ tasks: z.array(text) }).extend({ id, name: text, access_token: text });

export type FeedChange = z.output<typeof feedSchema>;
