import { metaInstant as instant, wire } from '@trunkline/adapter-kit';
import { z } from 'zod';

const { some } = wire;
const text = z.string();
const id = z.union([z.int(), z.string().min(1).max(512)]).transform(String);
const count = z.int().min(0);

const author = some({ id, username: text });
const place = some({ original_media_id: id, permalink: text }).extend({ id });
/** A comment, as the hook tells it or as it was fetched: then with its time and the address of the post. */
export const commentSchema = some({ from: author, username: text, text, parent_id: id, timestamp: instant }).extend({
  id,
  media: place,
});

const fetched = some({ from: author, username: text, text, parent_id: id }).extend({ id, timestamp: text });
const answers = z.object({ data: z.array(fetched), paging: some({ next: text }).optional() });
export const fetchedSchema = fetched.extend({ replies: answers.optional() });
export const postSchema = some({ comments_count: count, permalink: text }).extend({ id, timestamp: instant });

/** Answers. */
export const doneSchema = z.looseObject({});
export const accountSchema = some({ user_id: id, id, username: text, name: text });
export const personSchema = some({ name: text, username: text });
export const hooksSchema = z.object({ data: z.array(some({ object: text, callback_url: text })) });
export const subscribedSchema = z.object({ data: z.array(some({ id, subscribed_fields: z.array(text) })) });
const rights = z.union([z.array(text), text.transform((list) => list.split(','))]);
export const tokenSchema = some({ expires_in: count, permissions: rights }).extend({ access_token: text });

export type Comment = z.output<typeof commentSchema>;
export type FetchedComment = z.output<typeof fetched>;
export type Post = z.output<typeof postSchema>;
