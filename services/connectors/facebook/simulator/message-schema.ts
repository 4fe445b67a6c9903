import { GraphError } from '@trunkline/testkit/simulator';
import { z } from 'zod';
import type { Fields } from './types.ts';

const chars = (max: number) =>
  z
    .string()
    .min(1)
    .refine((text) => [...text].length <= max, { error: `must be at most ${max} characters` });
const link = z.url({ protocol: /^https?$/ });

const button = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('web_url'),
    url: link,
    title: chars(20),
    webview_height_ratio: z.enum(['compact', 'tall', 'full']).optional(),
  }),
  z.strictObject({ type: z.literal('postback'), title: chars(20), payload: chars(1_000) }),
  z.strictObject({ type: z.literal('phone_number'), title: chars(20), payload: z.string().regex(/^\+\d{5,20}$/) }),
]);
export type Button = z.infer<typeof button>;

const buttons = z.array(button).min(1).max(3);
const template = z.discriminatedUnion('template_type', [
  z.strictObject({ template_type: z.literal('button'), text: chars(640), buttons }),
  z.strictObject({
    template_type: z.literal('generic'),
    image_aspect_ratio: z.enum(['horizontal', 'square']).optional(),
    elements: z
      .array(
        z
          .strictObject({
            title: chars(80),
            subtitle: chars(80).optional(),
            image_url: link.optional(),
            default_action: z
              .strictObject({ type: z.literal('web_url'), url: link, webview_height_ratio: z.string().optional() })
              .optional(),
            buttons: buttons.optional(),
          })
          .refine((element) => Object.keys(element).length > 1, { error: 'needs more than a title' }),
      )
      .min(1)
      .max(10),
  }),
]);

const source = z
  .strictObject({ url: link.optional(), attachment_id: z.string().optional(), is_reusable: z.boolean().optional() })
  .refine(({ url, attachment_id: id }) => (url === undefined) !== (id === undefined), {
    error: 'needs either url or attachment_id',
  });
const attachment = z.discriminatedUnion('type', [
  ...(['image', 'audio', 'video', 'file'] as const).map((type) =>
    z.strictObject({ type: z.literal(type), payload: source }),
  ),
  z.strictObject({ type: z.literal('template'), payload: template }),
] as never) as z.ZodType<SentAttachment>;

/** What is attached. */
export type SentAttachment =
  | {
      readonly type: 'image' | 'audio' | 'video' | 'file';
      readonly payload: { readonly url?: string; readonly attachment_id?: string };
    }
  | { readonly type: 'template'; readonly payload: z.infer<typeof template> };

const quickReply = z.discriminatedUnion('content_type', [
  z.strictObject({
    content_type: z.literal('text'),
    title: chars(20),
    payload: chars(1_000),
    image_url: link.optional(),
  }),
  z.strictObject({ content_type: z.literal('user_phone_number') }),
  z.strictObject({ content_type: z.literal('user_email') }),
]);

const filled = z.strictObject({ type: z.literal('text'), parameter_name: z.string().optional(), text: z.string() });
const pressable = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('POSTBACK'), payload: chars(1_000) }),
  z.strictObject({ type: z.literal('URL'), url: z.string().min(1) }),
]);
const component = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(['header', 'body']), parameters: z.array(filled).min(1) }),
  z.strictObject({ type: z.literal('buttons'), parameters: z.array(pressable).min(1).max(3) }),
]);

const message = z
  .strictObject({
    text: chars(2_000).optional(),
    attachment: attachment.optional(),
    quick_replies: z.array(quickReply).min(1).max(13).optional(),
    metadata: chars(1_000).optional(),
    template: z
      .strictObject({
        name: z.string(),
        language: z.strictObject({ code: z.string() }),
        components: z.array(component).optional(),
      })
      .optional(),
  })
  .refine((one) => [one.text, one.attachment, one.template].filter((part) => part !== undefined).length === 1, {
    error: 'must have one of text, attachment and template',
  });

const recipient = z
  .strictObject({ id: z.string().optional(), comment_id: z.string().optional(), post_id: z.string().optional() })
  .refine((one) => Object.keys(one).length === 1, { error: 'must have one id' });

const sent = z.strictObject({
  access_token: z.string().optional(),
  appsecret_proof: z.string().optional(),
  recipient,
  messaging_type: z.enum(['RESPONSE', 'UPDATE', 'MESSAGE_TAG', 'UTILITY']).optional(),
  tag: z.literal('HUMAN_AGENT').optional(),
  notification_type: z.enum(['REGULAR', 'SILENT_PUSH', 'NO_PUSH']).optional(),
  message: message.optional(),
  reply_to: z.strictObject({ mid: z.string() }).optional(),
  sender_action: z.enum(['typing_on', 'typing_off', 'mark_seen', 'react', 'unreact']).optional(),
  payload: z.strictObject({ message_id: z.string(), reaction: z.string().optional() }).optional(),
});

/** A message, or an action in a thread. */
export type Sent = z.infer<typeof sent>;

/** A template with what fills it. */
export type SentTemplate = NonNullable<NonNullable<Sent['message']>['template']>;

/** Reads what is to be sent as strictly as the platform. Throws GraphError 100. */
export function readSent(fields: Fields): Sent {
  const unwrapped = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, fromText(value)]));
  const result = sent.safeParse(unwrapped);
  if (!result.success) {
    const [issue] = result.error.issues;
    const what = issue?.code === 'unrecognized_keys' ? `unexpected key ${issue.keys[0]}` : issue?.message;
    throw new GraphError(100, `Param ${issue?.path.join('.')} ${what}`);
  }
  const { message: text, sender_action: action, messaging_type: type, tag } = result.data;
  if ((text === undefined) === (action === undefined))
    throw new GraphError(100, 'Param message or sender_action must be given');
  if ((type === 'MESSAGE_TAG') !== (tag !== undefined))
    throw new GraphError(100, 'Param tag must come with messaging_type MESSAGE_TAG');
  return result.data;
}

/** Forms bring objects as texts that hold their JSON. */
function fromText(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('{')) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
