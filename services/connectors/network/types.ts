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
const number = z.string().regex(/^[1-9]\d{0,14}$/);
/** Of a message and its part. */
const id = z.string().regex(/^[\w-]{1,80}\.(?:0|[1-9]\d{0,2})$/);
/** A hook and nothing more: what is called there is called with a path behind it. */
const hookAddress = z
  .url()
  .max(500)
  .regex(/^https?:\/\/[^/?#@\\\s]+(?:\/[^?#@\\\s]*)?\/hooks\/network\/[\w-]{1,64}$/);

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
  address: hookAddress,
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

const anyCall = z.discriminatedUnion('type', [
  z.looseObject({ ...common, type: z.literal('look') }),
  z.looseObject({ ...common, type: z.literal('join'), tenant: z.string().max(64), start: text(64).default('') }),
  z.looseObject({ ...common, type: z.literal('leave') }),
  z.looseObject({ ...common, type: z.literal('moved') }),
  messageSchema,
  editSchema,
  z.looseObject({ ...placed, type: z.literal('delete'), targets: z.array(number).min(1).max(1_000) }),
  z.looseObject({ ...placed, type: z.literal('reaction'), target: number, reactions: z.array(text(64)).max(20) }),
  z.looseObject({ ...common, type: z.literal('read'), upTo: number }),
  z.looseObject({ ...common, type: z.literal('typing'), isOn: z.boolean() }),
]);
export const callTypes: readonly string[] = anyCall.options.map(({ shape }) => shape.type.value);

/** One call. */
export type NetworkCall = z.output<typeof anyCall>;

/** A call whole. Each side names, changes and deletes what it wrote itself; what the other one wrote is not its own to change. */
export const callSchema = anyCall.refine(namesItsOwn, 'takes a number of the other side for its own');

/** A line's numbers are odd, a partner's even. */
function namesItsOwn(call: NetworkCall): boolean {
  const numbers = [
    ...('number' in call ? [call.number] : []),
    ...(call.type === 'edit' ? [call.target] : []),
    ...(call.type === 'delete' ? call.targets : []),
  ];
  return numbers.every((one) => (Number(one) % 2 === 1) === (call.side === 'line'));
}

/** Who calls, of a call that need not be understood; undefined where not even that is said. Pure. */
export function readHead(body: Uint8Array): z.output<typeof headSchema> | undefined {
  return headSchema.safeParse(jsonOrNothing(Buffer.from(body).toString())).data;
}

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
