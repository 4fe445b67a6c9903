import { wire } from '@trunkline/adapter-kit';
import { z } from 'zod';

const { text, optionalCount: count, optionalSize: size, seconds, some } = wire;
const ownId = z.int();
/** Grows by one with each message of a conversation. */
const number = z.int().min(0);

const picture = some({ url: text, width: count, height: count });
/** All attachments in one: each is named by type, and has an owner and an id where it is kept. */
export const attachedSchema = some({
  ...{ id: ownId, owner_id: ownId, access_key: text, title: text, url: text, ext: text, size, duration: count },
  ...{ sizes: z.array(picture), images: z.array(picture), orig_photo: picture, width: count, height: count },
  ...{ link_ogg: text, link_mp3: text, transcript: text, artist: text, product_id: ownId, sticker_id: ownId },
  ...{ question: text, answers: z.array(z.object({ text })), description: text },
});
const attachment = z.object({ type: text }).catchall(z.unknown());
const geo = z.object({
  coordinates: z.object({ latitude: z.number(), longitude: z.number() }),
  place: some({ title: text }).optional(),
});
const action = some({ member_id: ownId, text, conversation_message_id: number }).extend({ type: text });

const words = {
  ...{ text: text.default(''), attachments: z.array(attachment).default([]), geo: geo.optional() },
  ...{ from_id: ownId, date: seconds.default(0), conversation_message_id: number.default(0) },
};
export interface Forwarded extends z.output<z.ZodObject<typeof words>> {
  readonly fwd_messages?: readonly Forwarded[] | undefined;
}
const forwarded: z.ZodType<Forwarded> = z.object({
  ...words,
  get fwd_messages() {
    return z.array(forwarded).optional();
  },
});

/** A message of a person, of the community, or of a chat's service. */
export const messageSchema = z.object({
  ...words,
  ...{ date: seconds, peer_id: ownId, conversation_message_id: number.min(1), update_time: seconds.optional() },
  ...{ reply_message: forwarded.optional(), fwd_messages: z.array(forwarded).default([]) },
  ...{ ref: text.default(''), ref_source: text.default(''), payload: text.default('') },
  ...{ action: action.optional(), admin_author_id: ownId.optional() },
});
/** A person's message stands beside what their app can show; the community's own stands alone. */
export const messageNewSchema = z.union([
  z.object({ message: messageSchema }).transform(({ message }) => message),
  messageSchema,
]);

/** A comment, with whatever names what is commented on; of one that was deleted there is little more. */
export const commentSchema = some({
  ...{ post_id: ownId, photo_id: ownId, pid: ownId, video_id: ownId, item_id: ownId, topic_id: ownId },
  ...{ owner_id: ownId, post_owner_id: ownId, photo_owner_id: ownId, video_owner_id: ownId },
  ...{ market_owner_id: ownId, topic_owner_id: ownId, from_id: ownId, user_id: ownId },
  ...{ date: seconds, reply_to_comment: ownId, parents_stack: z.array(ownId) },
}).extend({ id: number.min(1), text: text.default(''), attachments: z.array(attachment).default([]) });

export const pressSchema = z.object({
  ...{ user_id: ownId, peer_id: ownId, event_id: text, payload: z.unknown() },
  conversation_message_id: number.default(0),
});
/** What answers a press. */
export const ackSchema = z.object({ event_id: z.string(), user_id: ownId, peer_id: ownId });
export const permitSchema = z.object({ user_id: ownId, key: text.default('') });
export const readSchema = z.object({ from_id: ownId, peer_id: ownId, conversation_message_id: number });
export const typingSchema = z.object({ state: text, from_id: ownId, to_id: ownId });
export const reactionSchema = z.object({
  ...{ peer_id: ownId, cmid: number, reacted_id: ownId, reaction_id: z.int().optional() },
});

/** A call of the hook, or one fetched update, as far as all kinds are alike. */
export const callSchema = z.object({
  ...{ type: text, group_id: z.int(), event_id: text.default('') },
  ...{ secret: z.string().optional(), object: z.unknown().optional() },
});

/** What the platform answers to every call. */
export const answerSchema = z.union([
  z.object({ error: z.object({ error_code: z.int(), error_msg: z.string().default('') }) }),
  z.object({ response: z.unknown() }),
]);
const refused = z.object({ code: z.int(), description: z.string().default('') });
/** What became of each of several things: a refusal of one stands inside the success of all. */
export const outcomesSchema = z.array(some({ conversation_message_id: number, error: refused }));
/** What was made: a chat, a new link to one, or a comment. */
export const madeSchema = some({ chat_id: z.int(), link: text, comment_id: z.int() });
export const userSchema = z.array(some({ first_name: text, last_name: text, screen_name: text, domain: text }));
const group = some({ screen_name: text, deactivated: text }).extend({ id: z.int(), name: text });
/** Older versions answer with the list alone. */
const groups = z.tuple([group], group);
export const groupsSchema = z.union([groups, z.object({ groups }).transform((answer) => answer.groups)]);
export const codeSchema = z.object({ code: z.string().min(1) });
export const serverSchema = z.object({ server_id: z.int() });
const server = some({ title: text, status: text }).extend({ id: z.int(), url: z.string() });
export const serversSchema = z.object({ items: z.array(server) });
/** A place among the updates: a text, but in older answers a number. */
export const placeSchema = z.union([z.string(), z.int()]).transform(String);
export const pollServerSchema = z.object({ key: z.string(), server: z.string(), ts: placeSchema });
export const uploadServerSchema = z.object({ upload_url: z.string() });
const kept = z.object({ id: z.int(), owner_id: z.int(), access_key: z.string().optional() });
/** What was kept, under the name of its kind. */
export const savedSchema = z.union([
  z.tuple([kept]).transform(([photo]) => ({ photo })),
  z.object({ doc: kept }),
  z.object({ audio_message: kept }),
]);

const token = z.object({ group_id: z.int(), access_token: z.string().min(1) });
export const tokensSchema = z.object({ groups: z.array(token).min(1) });

/** What a call of the hook carries. */
export type Call = z.output<typeof callSchema>;
export type Message = z.output<typeof messageSchema>;
export type Comment = z.output<typeof commentSchema>;
export type Attached = z.output<typeof attachedSchema>;
export type Attachment = z.output<typeof attachment>;
export type Picture = z.output<typeof picture>;
