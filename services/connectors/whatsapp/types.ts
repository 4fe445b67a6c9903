import { wire } from '@trunkline/adapter-kit';
import { z } from 'zod';

const { count, some } = wire;
const text = z.string();
const flag = z.boolean();
/** Ids are text with us; some come as numbers, and those that a number cannot hold as text already. */
const id = z.union([z.int(), z.string().min(1).max(512)]).transform(String);
/** Seconds since 1970, as text or number. */
const digits = z.string().regex(/^\d{1,11}$/);
const seconds = z
  .union([z.int().min(0), digits])
  .transform(Number)
  .pipe(z.int().max(253_402_300_799));
const many = z.array(z.unknown());

/** A call: several entries, each with several changes. Each of both is read by itself. */
export const updateSchema = z.object({ object: z.literal('whatsapp_business_account'), entry: many });
export const entrySchema = z.looseObject({ id, time: seconds.optional(), changes: many });
export const changeSchema = z.object({ field: text, value: z.looseObject({}) });

const number = { metadata: some({ phone_number_id: id }), display_phone_number: text, phone_number: id };
export const aboutSchema = z.object({ value: some({ ...number, entity_type: text, entity_id: id }) });

export const errorSchema = some({ title: text, message: text, error_data: some({ details: text }) }).extend({
  code: z.int(),
});
const errors = z.array(errorSchema);

const profile = some({ name: text, username: text });
export const contactSchema = some({ profile, wa_id: id, user_id: id, parent_user_id: id });
/** Who is not told as usual is nobody that we know more of. */
const contacts = z.array(contactSchema.catch({}));

const product = some({ product_retailer_id: id });
const context = some({ id, from: id, forwarded: flag, frequently_forwarded: flag, referred_product: product });
const referral = some({ source_url: text, source_type: text, source_id: id, headline: text, ctwa_clid: text });

/** A message of whatever type; the field of its type holds its content. */
export const messageSchema = some({ from: id, from_user_id: id, group_id: id, context, referral, errors })
  .extend({ id, timestamp: seconds, type: text })
  .loose();

export const echoSchema = messageSchema.extend({ to: id.optional(), to_user_id: id.optional() });

const recipient = { recipient_id: id, recipient_user_id: id, recipient_type: text, recipient_participant_id: id };
const status = some({ ...recipient, biz_opaque_callback_data: text, errors });
export const statusSchema = status.extend({ id, status: text, timestamp: seconds });

/** Each list is read one by one. */
export const messagesSchema = some({ contacts, messages: many, statuses: many, message_echoes: many, errors: many });

export const textSchema = z.object({ body: text });
export const fileSchema = some({ mime_type: text, caption: text, filename: text, voice: flag }).extend({ id });
const point = { latitude: z.number(), longitude: z.number() };
export const locationSchema = some({ name: text, address: text }).extend(point);
const name = some({ formatted_name: text, first_name: text, last_name: text });
const phones = z.array(some({ phone: text, wa_id: id }));
export const cardSchema = some({ name, phones, emails: z.array(some({ email: text })) });
export const cardsSchema = z.array(cardSchema);
export const reactionSchema = some({ emoji: text }).extend({ message_id: id });
const reply = some({ title: text }).extend({ id: text });
const form = some({ name: text, response_json: text });
export const interactiveSchema = some({ button_reply: reply, list_reply: reply, nfm_reply: form });
export const buttonSchema = some({ payload: text, text });
const price = { quantity: count, item_price: z.number(), currency: text };
export const itemSchema = some(price).extend({ product_retailer_id: id });
export const orderSchema = some({ text }).extend({ product_items: z.array(itemSchema) });
export const systemSchema = some({ type: text, body: text, wa_id: id, user_id: id });
export const unsupportedSchema = some({ type: text });
export const editSchema = z.object({ original_message_id: id, message: z.looseObject({ type: text }) });
export const revokeSchema = z.object({ original_message_id: id });

const preference = some({ wa_id: id, user_id: id }).extend({ value: text, timestamp: seconds });
export const preferencesSchema = some({ contacts }).extend({ user_preferences: z.array(preference) });

const participants = z.array(some({ wa_id: id, user_id: id, input: id }));
const aboutGroup = { group_id: id, subject: text, invite_link: text, request_id: id, group_subject: some({ text }) };
const aboutMember = { initiated_by: text, join_request_id: id, wa_id: id, user_id: id, profile_picture: z.unknown() };
const lists = { added_participants: participants, removed_participants: participants, errors };
const group = some({ ...aboutGroup, ...aboutMember, ...lists }).extend({ timestamp: seconds, type: text });
export const groupsSchema = z.object({ groups: z.array(group) });

const ban = some({ waba_ban_state: text });
export const newsSchema = some({ event: text, alert_severity: text, new_status: text, ban_info: ban });

/** Answers. */
export const sentSchema = z.object({ messages: z.array(z.object({ id })).min(1) });
export const madeSchema = z.object({ id });
export const doneSchema = z.looseObject({});
export const mediaSchema = some({ mime_type: text, file_size: z.coerce.number() }).extend({ url: text });
export const linkSchema = z.object({ invite_link: text });
export const requestSchema = z.object({ request_id: id });
const joinRequest = some({ wa_id: id, user_id: id }).extend({ join_request_id: id });
export const joinRequestsSchema = z.object({ data: z.array(joinRequest) });
const entity = some({ errors: z.array(some({ error_description: text })) });
const health = some({ can_send_message: text, entities: z.array(entity) });
const state = { verified_name: text, quality_rating: text, status: text, platform_type: text, health_status: health };
const pace = { throughput: some({ level: text }), is_on_biz_app: z.boolean() };
export const numberSchema = some({ ...state, ...pace }).extend({ id, display_phone_number: text });
export const subscriptionsSchema = z.object({ data: z.array(some({ override_callback_uri: text })) });

export type Contact = z.output<typeof contactSchema>;
export type Message = z.output<typeof messageSchema>;
export type Status = z.output<typeof statusSchema>;
export type PlatformError = z.output<typeof errorSchema>;
export type Group = z.output<typeof group>;
export type PhoneNumber = z.output<typeof numberSchema>;
