import { jsonOrNothing } from '@trunkline/adapter-kit';
import { z } from 'zod';
import { contentSchema } from './types-content.ts';

/** Half a character, which the bus could not carry, becomes a question mark of its own length. */
const text = (max: number) =>
  z
    .string()
    .max(max)
    .transform((value) => value.toWellFormed());
/** Numbers of the protocol are texts of at most 15 digits. */
const number = z.string().regex(/^\d{1,15}$/);
const id = z.string().regex(/^[\w.-]{1,100}$/);
const webAddress = z.url({ protocol: /^https?$/ }).max(500);

/** Who writes, from where to whom, and what it is. */
export const headSchema = z.looseObject({
  network: z.number(),
  side: z.string(),
  from: z.string(),
  to: z.string(),
  type: z.string(),
});

/** What every call has. */
const common = {
  network: z.literal(1),
  side: z.enum(['line', 'partner']),
  from: z.string().regex(/^[\w-]{1,64}$/),
  to: z.string().regex(/^[\w-]{1,64}$/),
  /** Name that is shown. */
  name: text(200),
  /** Where answers go. */
  address: webAddress,
  /** When it was written, in milliseconds. */
  at: z.int().min(0).max(253_402_300_799_000),
};
/** What happens in its turn. */
const placed = { ...common, id, number };

export const messageSchema = z.looseObject({
  ...placed,
  type: z.literal('message'),
  content: contentSchema,
  /** Number of the message that it answers. */
  replyTo: number.optional(),
  /** True where no person wrote it. */
  isAutomatic: z.boolean().default(false),
});
export const editSchema = z.looseObject({ ...placed, type: z.literal('edit'), target: number, content: contentSchema });

export const callSchema = z.discriminatedUnion('type', [
  z.looseObject({ ...common, type: z.literal('look') }),
  z.looseObject({ ...common, type: z.literal('join'), tenant: z.string().max(64), start: text(64).default('') }),
  z.looseObject({ ...common, type: z.literal('leave') }),
  messageSchema,
  editSchema,
  z.looseObject({ ...placed, type: z.literal('delete'), targets: z.array(number).min(1).max(1_000) }),
  z.looseObject({ ...placed, type: z.literal('reaction'), target: number, reactions: z.array(text(64)).max(20) }),
  z.looseObject({ ...common, type: z.literal('read'), upTo: number }),
  z.looseObject({ ...common, type: z.literal('typing'), isOn: z.boolean() }),
]);
export const callTypes: readonly string[] = callSchema.options.map(({ shape }) => shape.type.value);

/** One call. */
export type NetworkCall = z.output<typeof callSchema>;

/** A call that can be understood whole; undefined: anything else. Pure. */
export function readCall(body: Uint8Array): NetworkCall | undefined {
  return callSchema.safeParse(jsonOrNothing(Buffer.from(body).toString())).data;
}

/** What the other side answers. */
export const joinedSchema = z.object({ name: text(200), key: z.string().regex(/^[0-9a-f]{64}$/) });
export const lookedSchema = z.object({ name: text(200) });
export const takenSchema = z.object({ ok: z.literal(true) });
/** What it answers when it refuses. */
export const refusedSchema = z.object({ error: z.string().max(64), retryAfterSeconds: z.number().min(0).optional() });
