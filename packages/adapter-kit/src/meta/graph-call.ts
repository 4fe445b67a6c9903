import { z } from 'zod';
import { ConnectorError } from '../connector-error.ts';
import { doubtedIf } from '../doubt.ts';
import { jsonOrNothing } from '../safe-json.ts';
import type { Tools } from '../tools.ts';

/** A call of Meta's Graph API, which WhatsApp, Messenger and Instagram share. */
export interface GraphCall {
  /** Address of the API with its version: "https://graph.facebook.com/v25.0". */
  readonly root: string;
  /** Below it: "106540352242922/messages". */
  readonly path: string;
  readonly token: string;
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly query?: Readonly<Record<string, string>>;
  /** As JSON, or a form with a file. */
  readonly body?: Readonly<Record<string, unknown>> | FormData;
  /** True for what must not be done twice: a message. Everything else may be tried again after a doubt. */
  readonly isMessage?: boolean;
  /** What a refusal means, in the connector's own errors.ts. */
  readonly refusal: (failure: GraphFailure) => ConnectorError;
}

/** A refusal of the Graph API. */
export interface GraphFailure {
  /** The platform's number; the status where it told none. */
  readonly code: number;
  readonly subcode?: number | undefined;
  /** The most telling of its words. */
  readonly message: string;
  readonly status: number;
  /** How long to wait, in milliseconds, where its headers say so. */
  readonly regainMs?: number | undefined;
}

const callTimeoutMs = 15_000;
const uploadTimeoutMs = 120_000;

const failureSchema = z.object({
  error: z.object({
    code: z.int(),
    error_subcode: z.int().optional(),
    message: z.string(),
    error_data: z.object({ details: z.string().optional() }).optional(),
  }),
});

/**
 * Calls the Graph API and reads its answer by a schema. Throws what `refusal` makes of a refusal, else ConnectorError:
 * 'unknown_outcome' where a message may have been taken, 'transient' where the call can be repeated. Its words never hold the
 * token.
 */
export async function callGraph<Shape>(
  schema: z.ZodType<Shape>,
  call: GraphCall,
  tools: Pick<Tools, 'fetch'>,
): Promise<Shape> {
  const { root, path, token, method, query = {}, body, isMessage = false } = call;
  const url = new URL(`${root.replace(/\/+$/, '')}/${path}`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const isForm = body instanceof FormData;
  const type = isForm || body === undefined ? {} : { 'content-type': 'application/json' };
  return await doubtedIf(isMessage, async () => {
    const response = await tools.fetch(url.href, {
      ...{
        headers: { authorization: `Bearer ${token}`, ...type },
        timeoutMs: isForm ? uploadTimeoutMs : callTimeoutMs,
      },
      isRepeatable: !isMessage,
      ...(method === undefined ? {} : { method }),
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    });
    const { status, headers } = response;
    const text = await response.text();
    return answerOf(schema, { status, text, regainMs: regainMsOf(headers) }, call);
  });
}

/** What cannot be read leaves open what happened: a proxy in between may have failed on the way back. */
function answerOf<Shape>(
  schema: z.ZodType<Shape>,
  { status, text, regainMs }: { readonly status: number; readonly text: string; readonly regainMs: number | undefined },
  { refusal, token }: Pick<GraphCall, 'refusal' | 'token'>,
): Shape {
  const json = jsonOrNothing(text);
  const failure = failureSchema.safeParse(json).data?.error;
  if (failure !== undefined) {
    const { code, error_subcode: subcode, message, error_data: data } = failure;
    throw refusal({
      code,
      subcode,
      message: (data?.details || message).replaceAll(token, '<token>'),
      status,
      ...(regainMs && { regainMs }),
    });
  }
  const { success, data } = schema.safeParse(json);
  if (success && status < 300) return data;
  if (status >= 400 && status < 500) {
    throw refusal({ code: status, message: `HTTP status ${status}`, status, ...(regainMs && { regainMs }) });
  }
  throw new ConnectorError('unknown_outcome', `the Graph API answered in an unknown form, with status ${status}`);
}

const usageSchema = z.record(
  z.string(),
  z.array(
    z.object({
      estimated_time_to_regain_access: z
        .number()
        .min(0)
        .max(7 * 24 * 60)
        .optional(),
    }),
  ),
);

/** The longest wait that the headers name, in minutes there; undefined where they name none. */
function regainMsOf(headers: Readonly<Record<string, string>>): number | undefined {
  const usage = usageSchema.safeParse(jsonOrNothing(headers['x-business-use-case-usage'] ?? '')).data ?? {};
  const minutes = Object.values(usage).flatMap((all) => all.map((one) => one.estimated_time_to_regain_access ?? 0));
  const longest = Math.max(0, ...minutes);
  return longest === 0 ? undefined : longest * 60_000;
}
