import { metaInstant as instant, wire } from '@trunkline/adapter-kit';
import { z } from 'zod';

const { seconds, some } = wire;
const text = z.string();
const id = z.union([z.int(), z.string().min(1).max(512)]).transform(String);

const post = some({ permalink_url: text });
/** What happens on the page's wall. */
export const feedSchema = some({
  from: some({ id, name: text }),
  ...{ comment_id: id, post_id: id, parent_id: id },
  created_time: seconds,
  ...{ message: text, photo: text, video: text, reaction_type: text },
  post,
}).extend({ item: text, verb: text });

const place = z.object({ url: text });
const kept = some({ mime_type: text, name: text, image_data: place, video_data: place, file_url: text });
const fetched = some({ message: text, attachments: z.object({ data: z.array(kept) }) }).extend({
  ...{ id, created_time: instant, from: z.object({ id }) },
});
/** A thread as it is fetched, with its last messages. */
export const threadSchema = some({ updated_time: instant }).extend({
  participants: z.object({ data: z.array(z.object({ id })) }),
  messages: z.object({ data: z.array(fetched), paging: some({ next: text }).optional() }),
});

const author = some({ name: text }).extend({ id });
const times = { created_time: instant, updated_time: instant };
/** Posts and comments as they are fetched. */
export const fetchedPostSchema = some({ from: author, message: text, ...times, permalink_url: text }).extend({ id });
const attachment = some({ media: some({ image: some({ src: text }) }) });
const commented = some({ from: author, message: text, parent: z.object({ id }), attachment });
export const fetchedCommentSchema = commented.extend({ id, created_time: instant });

/** Answers. */
export const doneSchema = z.looseObject({});
export const uploadedSchema = z.object({ attachment_id: id });
export const pageSchema = z.object({ id, name: text });
export const personSchema = some({ first_name: text, last_name: text, locale: text });
export const hooksSchema = z.object({ data: z.array(some({ object: text, callback_url: text })) });
export const subscribedSchema = z.object({ data: z.array(some({ id, subscribed_fields: z.array(text) })) });
export const tokenSchema = z.object({ access_token: text });
export const ownPageSchema = some({ tasks: z.array(text) }).extend({ id, name: text, access_token: text });

export type FetchedThread = z.output<typeof threadSchema>;
export type FetchedMessage = z.output<typeof fetched>;
export type FetchedPost = z.output<typeof fetchedPostSchema>;
export type FetchedComment = z.output<typeof fetchedCommentSchema>;
export type FeedChange = z.output<typeof feedSchema>;
