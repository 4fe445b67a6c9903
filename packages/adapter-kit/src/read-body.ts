import type { z } from 'zod';
import { ConnectorError } from './connector-error.ts';
import { jsonOrNothing, safeJson } from './safe-json.ts';

/** A call's body as JSON, whole numbers kept as they are. Throws ConnectorError 'malformed' for what is none. Pure. */
export function readJson(body: Uint8Array): unknown {
  try {
    return safeJson(body);
  } catch (error) {
    throw new ConnectorError('malformed', 'the body is no JSON', { cause: error });
  }
}

/**
 * A part of a call by its schema. Throws ConnectorError 'malformed', which names the field and what was expected there, never
 * what it held. Pure.
 */
export function readAs<Shape>(schema: z.ZodType<Shape>, value: unknown): Shape {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  throw new ConnectorError('malformed', `${issue?.path.join('.') || 'body'}: ${issue?.message}`);
}

/**
 * The fields of a form that came as JSON within a call, each as text; what is no object is one field, "answer". Never throws.
 * Pure.
 */
export function readFields(json: string): Record<string, string> {
  const value = json === '' ? {} : (jsonOrNothing(json) ?? json);
  const fields = typeof value === 'object' && value !== null ? value : { answer: value };
  const texts = Object.entries(fields).map(([name, field]): [string, string] => {
    return [name, typeof field === 'string' ? field : JSON.stringify(field)];
  });
  return Object.fromEntries(texts);
}
