import { GraphError } from '@trunkline/testkit/simulator';
import { z } from 'zod';
import { contents, envelope, type MessageType } from './message-schema.ts';
import type { Fields } from './types.ts';

/** A message to send that is in order by itself. */
export interface ReadMessage {
  readonly type: MessageType;
  readonly content: Fields;
  readonly to: string | undefined;
  readonly recipient: string | undefined;
  readonly isGroup: boolean;
  readonly callbackData: string | undefined;
  readonly quotes: string | undefined;
}

/** Reads a message to send as strictly as the platform. Throws GraphError: 100, 131008, 131009, 131051. */
export function readMessage(fields: Fields): ReadMessage {
  const type = String(fields.type ?? 'text');
  if (!Object.hasOwn(contents, type)) throw refusal(131051, `Unsupported message type: ${type}`);
  const known = type as MessageType;
  const schema = z.strictObject({ ...envelope, type: z.string().optional(), [known]: contents[known] });
  const read = check(schema, { ...fields, [known]: unwrapped(fields[known]) }) as Fields & { [field: string]: unknown };
  const { to, recipient } = read as { to?: string; recipient?: string };
  if (to === undefined && recipient === undefined) throw refusal(131008, 'The parameter to is required.');
  const { context } = read as { context?: { message_id: string } };
  return {
    type: known,
    content: read[known] as Fields,
    to,
    recipient,
    isGroup: read.recipient_type === 'group',
    callbackData: read.biz_opaque_callback_data as string | undefined,
    quotes: context?.message_id,
  };
}

/** A part may come as a text that holds its JSON, as everywhere in this API. */
function unwrapped(part: unknown): unknown {
  try {
    return typeof part === 'string' ? JSON.parse(part) : part;
  } catch {
    return part;
  }
}

/** Checks fields by a schema; what does not fit is refused in the platform's words. */
export function check<Shape>(schema: z.ZodType<Shape>, fields: Fields): Shape {
  const { access_token: _, ...rest } = fields;
  const result = schema.safeParse(rest);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.join('.') ?? '';
  if (issue?.code === 'unrecognized_keys') throw refusal(100, `Unexpected key "${issue.keys[0]}" on param "${path}".`);
  const isMissing = issue?.code === 'invalid_type' && issue.input === undefined && /undefined/.test(issue.message);
  if (isMissing) throw refusal(131008, `The parameter ${path} is required.`);
  const isTooMuch = issue?.code === 'too_big' || issue?.code === 'custom';
  throw refusal(isTooMuch ? 100 : 131009, `Param ${path} ${issue?.message ?? 'is wrong'}.`);
}

const titles: Readonly<Record<number, string>> = {
  100: 'Invalid parameter',
  131008: 'Required parameter is missing',
  131009: 'Parameter value is not valid',
  131051: 'Unsupported message type',
};

/** A refusal with details, as this API writes it. */
export function refusal(code: number, details: string): GraphError {
  return new GraphError(code, titles[code] ?? details, { data: { messaging_product: 'whatsapp', details } });
}
