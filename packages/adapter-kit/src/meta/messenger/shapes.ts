import { z } from 'zod';

const text = z.string();
const flag = z.boolean();
/** Ids are text with us; some come as numbers, and those that a number cannot hold as text already. */
const id = z.union([z.int(), z.string().min(1).max(1_000)]).transform(String);
const owner = id.nullable();
const atMs = z.int().min(0).max(253_402_300_799_999);
/** Each or none of these. */
const some = <Shape extends z.ZodRawShape>(shape: Shape) => z.object(shape).partial();

/** What a call tells of one account: events of threads and changes of fields. Read one by one. */
export const metaEntrySchema = z.object({
  id,
  time: atMs.optional(),
  messaging: z.array(z.unknown()).optional(),
  standby: z.array(z.unknown()).optional(),
  changes: z.array(z.unknown()).optional(),
  // Apps with a sign-in of Instagram's own have a change in the entry itself.
  field: text.optional(),
  value: z.unknown().optional(),
});

/** One event of a thread; the field of its kind holds it. */
export const threadEventSchema = some({
  sender: some({ id }).nullable(),
  recipient: some({ id }).nullable(),
  timestamp: atMs,
}).loose();

const ad = some({ ad_title: text });
export const referralSchema = some({ ref: text, source: text, type: text, ad_id: id, ads_context_data: ad });

const product = { title: text.nullable(), url: text.nullable(), sticker_id: id, text, template_type: text };
const payload = some(product).loose().nullable();
export const attachmentSchema = some({ title: text.nullable(), url: text.nullable(), payload }).extend({ type: text });
const story = some({ id, url: text });
export const messageSchema = some({
  text,
  metadata: text,
  ...{ is_echo: flag, is_deleted: flag, is_unsupported: flag },
  quick_reply: z.object({ payload: text }),
  reply_to: some({ mid: id, story }),
  attachments: z.array(attachmentSchema),
  referral: referralSchema,
}).extend({ mid: id });
export const postbackSchema = some({ mid: id, title: text, payload: text, referral: referralSchema });
export const reactionSchema = some({ reaction: text, emoji: text }).extend({ mid: id, action: text });
export const editSchema = some({ text }).extend({ mid: id, num_edit: z.int().min(0) });
export const deliverySchema = some({ mids: z.array(id) }).extend({ watermark: atMs });
/** Messenger tells up to when, Instagram which message. */
export const readSchema = some({ watermark: atMs, mid: id });
export const optinSchema = some({ type: text, ref: text, notification_messages_status: text });
export const controlSchema = some({
  previous_owner_app_id: owner,
  new_owner_app_id: owner,
  requested_owner_app_id: owner,
  metadata: text,
});
export const rolesSchema = z.record(text, z.array(text));

export type MetaAttachment = z.output<typeof attachmentSchema>;
export type MetaMessage = z.output<typeof messageSchema>;
export type MetaReferral = z.output<typeof referralSchema>;
