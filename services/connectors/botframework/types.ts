import { wire } from '@trunkline/adapter-kit';
import { z } from 'zod';

const { text } = wire;
/** The service writes null where there is nothing. */
const maybe = <Shape extends z.ZodType>(shape: Shape) => shape.nullish().transform((value) => value ?? undefined);

const account = z.object({ id: text, name: maybe(text), aadObjectId: maybe(text), role: maybe(text) });
const conversation = z.object({
  ...{ id: text, name: maybe(text), conversationType: maybe(text), tenantId: maybe(text) },
  isGroup: maybe(z.boolean()),
});
const attachment = z.object({
  ...{ contentType: text, contentUrl: maybe(text), name: maybe(text) },
  content: maybe(z.unknown()),
});
const entity = z.looseObject({ type: text });
const reactions = maybe(z.array(z.object({ type: text })));

/** One thing that happened in one of the service's channels. */
export const activitySchema = z.object({
  ...{ type: text, channelId: text, serviceUrl: text, id: maybe(text), timestamp: maybe(text) },
  ...{ conversation, from: maybe(account), recipient: maybe(account), locale: maybe(text) },
  ...{ text: maybe(text), textFormat: maybe(text), replyToId: maybe(text) },
  ...{ attachments: maybe(z.array(attachment)), entities: maybe(z.array(entity)) },
  ...{ value: maybe(z.unknown()), channelData: maybe(z.unknown()), name: maybe(text), action: maybe(text) },
  ...{ membersAdded: maybe(z.array(account)), membersRemoved: maybe(z.array(account)), topicName: maybe(text) },
  ...{ reactionsAdded: reactions, reactionsRemoved: reactions, code: maybe(text) },
});

/** What proves that a call tells of where it says. */
export const placeSchema = z.object({ channelId: z.string(), serviceUrl: z.string() });

export const mentionSchema = z.object({ text: z.string().min(1), mentioned: account });
export const placeEntitySchema = z.object({ latitude: z.number(), longitude: z.number(), name: maybe(text) });
export const downloadSchema = z.object({ downloadUrl: text, fileType: maybe(text) });
export const cardSchema = z.object({
  ...{ title: maybe(text), subtitle: maybe(text), text: maybe(text) },
  tap: maybe(z.object({ value: maybe(z.unknown()) })),
});
export const cardActionSchema = z.object({ action: z.object({ verb: maybe(text), data: maybe(z.unknown()) }) });
export const readSchema = z.object({ lastReadMessageId: text });
export const mailSchema = z.object({ subject: text });
export const teamSchema = z.object({ eventType: text });

export const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });
export const signInErrorSchema = z.object({ error: z.string(), error_description: z.string().default('') });
export const metadataSchema = z.object({ jwks_uri: z.url() });
export const keysSchema = z.object({
  keys: z
    .array(z.looseObject({ kid: z.string(), kty: z.string(), endorsements: z.array(z.string()).default([]) }))
    .max(200),
});
export const sentSchema = z.object({ id: z.string().optional() });
export const begunSchema = z.object({ id: z.string().min(1) });
export const refusalSchema = z.object({
  error: z.object({ code: z.string().default(''), message: z.string().default('') }),
});

export type Activity = z.output<typeof activitySchema>;
export type Account = z.output<typeof account>;
export type Attachment = z.output<typeof attachment>;
export type SigningKey = z.output<typeof keysSchema>['keys'][number];
