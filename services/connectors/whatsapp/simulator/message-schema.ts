import { z } from 'zod';

/** A text of so many characters at most; what is empty is no text. */
const chars = (max: number) =>
  z
    .string()
    .min(1)
    .refine((text) => [...text].length <= max, { error: `must be at most ${max} characters long` });

const byIdOrLink = { id: z.string().min(1).optional(), link: z.url({ protocol: /^https?$/ }).optional() };
const hasOneSource = (media: { id?: string | undefined; link?: string | undefined }) =>
  (media.id === undefined) !== (media.link === undefined);
const oneSource = { error: 'must have either id or link' };
const captioned = z.strictObject({ ...byIdOrLink, caption: chars(1_024).optional() }).refine(hasOneSource, oneSource);
const bare = z.strictObject(byIdOrLink).refine(hasOneSource, oneSource);

const location = z.strictObject({
  latitude: z.coerce.number().min(-90).max(90),
  longitude: z.coerce.number().min(-180).max(180),
  name: z.string().optional(),
  address: z.string().optional(),
});

const contact = z.strictObject({
  name: z
    .strictObject({
      formatted_name: z.string().min(1),
      ...Object.fromEntries(
        ['first_name', 'last_name', 'middle_name', 'suffix', 'prefix'].map((part) => [part, z.string().optional()]),
      ),
    })
    .refine((name) => Object.keys(name).length > 1, { error: 'needs a further part beside formatted_name' }),
  phones: z
    .array(z.strictObject({ phone: z.string(), type: z.string().optional(), wa_id: z.string().optional() }))
    .optional(),
  emails: z.array(z.strictObject({ email: z.string().optional(), type: z.string().optional() })).optional(),
  urls: z.array(z.strictObject({ url: z.string().optional(), type: z.string().optional() })).optional(),
  addresses: z.array(z.record(z.string(), z.string())).optional(),
  org: z.record(z.string(), z.string()).optional(),
  birthday: z.iso.date().optional(),
});

const header = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: chars(60), sub_text: chars(60).optional() }),
  z.strictObject({ type: z.literal('image'), image: bare }),
  z.strictObject({ type: z.literal('video'), video: bare }),
  z.strictObject({
    type: z.literal('document'),
    document: z.strictObject({ ...byIdOrLink, filename: z.string().optional() }).refine(hasOneSource, oneSource),
  }),
]);
const around = {
  header: header.optional(),
  body: z.strictObject({ text: chars(1_024) }),
  footer: z.strictObject({ text: chars(60) }).optional(),
};
const isUnique = (list: readonly string[]) => new Set(list).size === list.length;

const buttons = z
  .array(z.strictObject({ type: z.literal('reply'), reply: z.strictObject({ id: chars(256), title: chars(20) }) }))
  .min(1)
  .max(3)
  .refine((list) => isUnique(list.map(({ reply }) => reply.id)) && isUnique(list.map(({ reply }) => reply.title)), {
    error: 'ids and titles must be unique',
  });

const row = z.strictObject({ id: chars(200), title: chars(24), description: chars(72).optional() });
const sections = z
  .array(z.strictObject({ title: chars(24).optional(), rows: z.array(row).min(1) }))
  .min(1)
  .max(10)
  .refine((list) => list.length === 1 || list.every(({ title }) => title !== undefined), {
    error: 'every section needs a title when there are several',
  })
  .refine((list) => list.flatMap(({ rows }) => rows).length <= 10, { error: 'no more than 10 rows in total' })
  .refine((list) => isUnique(list.flatMap(({ rows }) => rows.map(({ id }) => id))), {
    error: 'row ids must be unique',
  });

const interactive = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('button'), ...around, action: z.strictObject({ buttons }) }),
  z.strictObject({
    type: z.literal('list'),
    ...around,
    header: z.strictObject({ type: z.literal('text'), text: chars(60) }).optional(),
    body: z.strictObject({ text: chars(4_096) }),
    action: z.strictObject({ button: chars(20), sections }),
  }),
  z.strictObject({
    type: z.literal('cta_url'),
    ...around,
    action: z.strictObject({
      name: z.literal('cta_url'),
      parameters: z.strictObject({ display_text: chars(20), url: z.url({ protocol: /^https?$/ }) }),
    }),
  }),
  z.strictObject({
    type: z.literal('location_request_message'),
    body: around.body,
    action: z.strictObject({ name: z.literal('send_location') }),
  }),
  z.strictObject({
    type: z.literal('flow'),
    ...around,
    action: z.strictObject({
      name: z.literal('flow'),
      parameters: z.strictObject({
        flow_message_version: z.literal('3'),
        flow_id: z.string().optional(),
        flow_name: z.string().optional(),
        flow_cta: chars(30),
        flow_token: z.string().optional(),
        mode: z.enum(['draft', 'published']).optional(),
        flow_action: z.enum(['navigate', 'data_exchange']).optional(),
        flow_action_payload: z.record(z.string(), z.unknown()).optional(),
      }),
    }),
  }),
]);

const named = { parameter_name: z.string().optional() };
const parameter = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string().min(1), ...named }),
  z.strictObject({
    type: z.literal('currency'),
    currency: z.strictObject({ fallback_value: z.string(), code: z.string().length(3), amount_1000: z.number() }),
    ...named,
  }),
  z.strictObject({ type: z.literal('date_time'), date_time: z.strictObject({ fallback_value: z.string() }), ...named }),
  z.strictObject({ type: z.literal('image'), image: bare }),
  z.strictObject({ type: z.literal('video'), video: bare }),
  z.strictObject({
    type: z.literal('document'),
    document: z.strictObject({ ...byIdOrLink, filename: z.string().optional() }),
  }),
  z.strictObject({ type: z.literal('location'), location }),
  z.strictObject({ type: z.literal('payload'), payload: z.string() }),
  z.strictObject({ type: z.literal('action'), action: z.record(z.string(), z.unknown()) }),
]);

const template = z.strictObject({
  name: z.string().regex(/^[a-z0-9_]{1,512}$/),
  language: z.strictObject({ code: z.string().min(2), policy: z.literal('deterministic').optional() }),
  components: z
    .array(
      z.strictObject({
        type: z.enum(['header', 'body', 'button']),
        sub_type: z.enum(['quick_reply', 'url', 'flow', 'copy_code']).optional(),
        index: z.union([z.string().regex(/^\d$/), z.number()]).optional(),
        parameters: z.array(parameter),
      }),
    )
    .optional(),
});
export type SentTemplate = z.infer<typeof template>;

/** What stands under the name of each type. */
export const contents = {
  text: z.strictObject({ preview_url: z.boolean().optional(), body: chars(4_096) }),
  image: captioned,
  video: captioned,
  document: z
    .strictObject({ ...byIdOrLink, caption: chars(1_024).optional(), filename: z.string().max(240).optional() })
    .refine(hasOneSource, oneSource),
  audio: z.strictObject({ ...byIdOrLink, voice: z.boolean().optional() }).refine(hasOneSource, oneSource),
  sticker: bare,
  location,
  contacts: z.array(contact).min(1),
  reaction: z.strictObject({ message_id: z.string().min(1), emoji: z.string().max(32) }),
  interactive,
  template,
} as const;

/** What stands around every message that is sent. */
export const envelope = {
  messaging_product: z.literal('whatsapp'),
  recipient_type: z.enum(['individual', 'group']).optional(),
  to: z.string().min(1).optional(),
  recipient: z.string().max(128).optional(),
  biz_opaque_callback_data: chars(512).optional(),
  context: z.strictObject({ message_id: z.string().min(1) }).optional(),
};

/** A mark that something was read, with "is typing" if wanted. */
export const readMark = z.strictObject({
  messaging_product: z.literal('whatsapp'),
  status: z.literal('read'),
  message_id: z.string().min(1),
  typing_indicator: z.strictObject({ type: z.literal('text') }).optional(),
});

export type MessageType = keyof typeof contents;
