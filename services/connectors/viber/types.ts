import { wire } from '@trunkline/adapter-kit';
import { z } from 'zod';

const { text, optionalCount: count, optionalSize: size, some } = wire;
/** A token has 19 digits, more than a number can hold: it comes as text already. */
const token = z.union([z.int().min(0), z.string().regex(/^\d{1,20}$/)]).transform(String);

const user = some({ name: text, language: text, country: text }).extend({ id: text });
const place = some({ address: text }).extend({ lat: z.number(), lon: z.number() });
const contact = some({ name: text }).extend({ phone_number: text });

/** What a person wrote, of every type. */
const message = some({
  ...{ text, media: text, file_name: text, size, duration: count, tracking_data: text },
  ...{ sticker_id: token, location: place, contact },
}).extend({ type: text });

/** A call of the hook, as far as all kinds are alike. */
export const callSchema = z.looseObject({
  event: text,
  timestamp: z.int().min(0).max(253_402_300_799_999),
  message_token: token,
});

/** The kinds of calls, each with what it alone has. */
export const messageSchema = z.object({ sender: user, message, silent: z.boolean().default(false) });
export const startedSchema = z.object({ user, context: text.default(''), subscribed: z.boolean().default(false) });
export const subscribedSchema = z.object({ user });
export const aboutUserSchema = z.object({ user_id: text, desc: text.default('') });

/** What the platform answers to every call. */
export const answerSchema = z.looseObject({ status: z.int(), status_message: z.string().default('') });
export const sentSchema = z.object({ message_token: token });
export const hookSchema = z.object({ event_types: z.array(z.string()).default([]) });
/** `webhook` is told by newer accounts only. */
export const accountSchema = z.object({
  ...{ id: z.string().min(1), name: z.string().default(''), uri: z.string().default('') },
  ...{ webhook: z.string().optional(), event_types: z.array(z.string()).optional() },
});

/** What a call of the hook carries. */
export type Call = z.output<typeof callSchema>;
export type Message = z.output<typeof message>;
export type User = z.output<typeof user>;
