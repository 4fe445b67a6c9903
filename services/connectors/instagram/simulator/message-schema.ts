import { GraphError } from '@trunkline/testkit/simulator';
import { z } from 'zod';
import { type Fields, limits } from './types.ts';

const chars = (max: number) =>
  z
    .string()
    .min(1)
    .refine((text) => [...text].length <= max, { error: `must be at most ${max} characters` });
const words = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text) <= limits.textBytes, {
    error: `must be at most ${limits.textBytes} bytes of UTF-8`,
  });
const link = z.url({ protocol: /^https?$/ });

const button = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('web_url'), url: link, title: chars(20) }),
  z.strictObject({ type: z.literal('postback'), title: chars(20), payload: chars(1_000) }),
]);
export type Button = z.infer<typeof button>;

const buttons = z.array(button).min(1).max(3);
const template = z.discriminatedUnion('template_type', [
  z.strictObject({ template_type: z.literal('button'), text: chars(640), buttons }),
  z.strictObject({
    template_type: z.literal('generic'),
    elements: z
      .array(
        z.strictObject({
          title: chars(80),
          subtitle: chars(80).optional(),
          image_url: link.optional(),
          default_action: z.strictObject({ type: z.literal('web_url'), url: link }).optional(),
          buttons: buttons.optional(),
        }),
      )
      .min(1)
      .max(10),
  }),
]);

const attachment = z.union([
  z.strictObject({
    type: z.enum(['image', 'audio', 'video', 'file']),
    payload: z.strictObject({ url: link, is_reusable: z.boolean().optional() }),
  }),
  z.strictObject({ type: z.literal('template'), payload: template }),
  z.strictObject({ type: z.literal('like_heart') }),
  z.strictObject({ type: z.literal('MEDIA_SHARE'), payload: z.strictObject({ id: z.string() }) }),
]);
export type Attachment = z.infer<typeof attachment>;

const quickReply = z.strictObject({ content_type: z.literal('text'), title: chars(20), payload: chars(1_000) });

const message = z
  .strictObject({
    text: words.optional(),
    attachment: attachment.optional(),
    quick_replies: z.array(quickReply).min(1).max(13).optional(),
    metadata: chars(1_000).optional(),
  })
  .refine((one) => (one.text === undefined) !== (one.attachment === undefined), {
    error: 'must have either text or attachment',
  });

const sent = z.strictObject({
  access_token: z.string().optional(),
  appsecret_proof: z.string().optional(),
  recipient: z
    .strictObject({ id: z.string().optional(), comment_id: z.string().optional() })
    .refine((one) => Object.keys(one).length === 1, { error: 'must have one id' }),
  messaging_type: z.enum(['RESPONSE', 'UPDATE', 'MESSAGE_TAG']).optional(),
  tag: z.literal('HUMAN_AGENT').optional(),
  message: message.optional(),
  reply_to: z.strictObject({ mid: z.string() }).optional(),
  sender_action: z.enum(['typing_on', 'typing_off', 'mark_seen', 'react', 'unreact']).optional(),
  payload: z.strictObject({ message_id: z.string(), reaction: z.string().optional() }).optional(),
});

/** A message, or an action in a thread. */
export type Sent = z.infer<typeof sent>;

/** Reads what is to be sent as strictly as the platform. Throws GraphError 100. */
export function readSent(fields: Fields): Sent {
  const result = sent.safeParse(fields);
  if (!result.success) {
    const [issue] = result.error.issues;
    const what = issue?.code === 'unrecognized_keys' ? `unexpected key ${issue.keys[0]}` : issue?.message;
    throw new GraphError(100, `Param ${issue?.path.join('.')} ${what}`);
  }
  const { message: words_, sender_action: action, messaging_type: type, tag } = result.data;
  if ((words_ === undefined) === (action === undefined))
    throw new GraphError(100, 'Param message or sender_action must be given');
  if ((type === 'MESSAGE_TAG') !== (tag !== undefined))
    throw new GraphError(100, 'Param tag must come with messaging_type MESSAGE_TAG');
  return result.data;
}
