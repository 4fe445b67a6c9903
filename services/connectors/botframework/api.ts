import { type ChannelAccess, ConnectorError, jsonOrNothing, type Tools } from '@trunkline/adapter-kit';
import type { z } from 'zod';
import { newToken, tokenFor } from './api-token.ts';
import { Refusal } from './errors.ts';
import { isTrusted, type Settings } from './settings.ts';
import { refusalSchema } from './types.ts';

type Channel = ChannelAccess<Settings>;

/** A call of the connector service. */
export interface Call {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  /** Address of the service where the conversation lives. */
  readonly serviceUrl: string;
  /** Parts of the path behind /v3/conversations. */
  readonly path: readonly string[];
  readonly body?: object;
}

/**
 * Makes a call and reads its answer by a schema; an answer without a body is an empty one. The token goes to the service's
 * own hosts alone. Throws ConnectorError: a {@link Refusal} for what the service said itself.
 */
export async function callService<Shape>(
  schema: z.ZodType<Shape>,
  call: Call,
  channel: Channel,
  tools: Tools,
): Promise<Shape> {
  if (!isTrusted(call.serviceUrl, channel.settings)) {
    throw new ConnectorError('permission', "the conversation's address is none of the service's");
  }
  const mayWrite = call.method === 'POST';
  const first = await ask(call, await tokenFor(channel, tools), tools);
  // A token may be refused before its time: after a change of the secret, say.
  const { status, headers, text } =
    first.status === 401 ? await ask(call, await newToken(channel, tools), tools) : first;
  const said = text === '' ? {} : jsonOrNothing(text);
  if (status >= 300) {
    const { code = '', message = '' } = refusalSchema.safeParse(said).data?.error ?? {};
    const retryAfterSeconds = Number(headers['retry-after'] ?? Number.NaN);
    throw new Refusal(
      { status, code: code.slice(0, 100), message: message.slice(0, 500), retryAfterSeconds },
      mayWrite,
    );
  }
  const { success, data } = schema.safeParse(said);
  if (success) return data;
  throw new ConnectorError(mayWrite ? 'unknown_outcome' : 'transient', 'the service answered in an unknown form');
}

async function ask({ method, serviceUrl, path, body }: Call, token: string, tools: Tools) {
  const url = [serviceUrl.replace(/\/+$/, ''), 'v3/conversations', ...path.map(encodeURIComponent)].join('/');
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  try {
    const request = {
      method,
      headers,
      isRepeatable: method !== 'POST',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const response = await tools.fetch(url, request);
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    // Only what writes a new message must not be done twice.
    const isInDoubt = error instanceof ConnectorError && error.code === 'unknown_outcome';
    throw isInDoubt && method !== 'POST' ? new ConnectorError('transient', error.message) : error;
  }
}
