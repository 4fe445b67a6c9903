import { type ChannelAccess, ConnectorError, jsonOrNothing, type Tools } from '@trunkline/adapter-kit';
import type { z } from 'zod';
import { Refusal } from './errors.ts';
import type { Settings } from './settings.ts';
import { answerSchema } from './types.ts';

/** A call of the Bot API: its method, and its parameters as JSON. */
export interface ApiCall {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

type Channel = ChannelAccess<Settings>;
type Request = NonNullable<Parameters<Tools['fetch']>[1]>;

const callTimeoutMs = 15_000;
const uploadTimeoutMs = 120_000;

/** Calls the platform and gives its result. Throws ConnectorError: a {@link Refusal} for what the platform said itself. */
export async function callApi(
  { method, params }: ApiCall,
  channel: Channel,
  tools: Tools,
  waitMs = 0,
): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  return await request(method, channel, tools, {
    ...{ headers, body: JSON.stringify(params), timeoutMs: callTimeoutMs + waitMs },
  });
}

/** The same with files, each under its field's name. */
export async function callWithFiles(
  { method, params }: ApiCall,
  files: readonly (readonly [string, File])[],
  channel: Channel,
  tools: Tools,
): Promise<unknown> {
  const body = new FormData();
  for (const [name, value] of Object.entries(params)) {
    body.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  for (const [field, file] of files) body.set(field, file);
  return await request(method, channel, tools, { body, timeoutMs: uploadTimeoutMs });
}

/** Calls a method and reads its result by a schema. Throws as {@link callApi} does. */
export async function ask<Shape>(
  [method, schema]: readonly [string, z.ZodType<Shape>],
  params: ApiCall['params'],
  channel: Channel,
  tools: Tools,
): Promise<Shape> {
  const { success, data } = schema.safeParse(await callApi({ method, params }, channel, tools));
  if (success) return data;
  throw new ConnectorError('transient', `Telegram answered ${method} in an unknown form`);
}

/** Address below the API's root. It holds the token: for no log, error or person. */
export function secretUrl(channel: Channel, prefix: string, path: string): string {
  const token = channel.secret('token');
  if (!/^\d+:[\w-]+$/.test(token))
    throw new ConnectorError('auth_revoked', 'the token has not the form of a bot token');
  return `${channel.settings.apiUrl.replace(/\/+$/, '')}${prefix}/bot${token}/${path}`;
}

/** Only what writes a new message must not be done twice; after a doubt all else may simply be tried again. */
async function request(method: string, channel: Channel, tools: Tools, how: Request): Promise<unknown> {
  try {
    const response = await tools.fetch(secretUrl(channel, '', method), { method: 'POST', ...how });
    const text = await response.text();
    return resultOf(response.status, text.replaceAll(channel.secret('token'), '<token>'));
  } catch (error) {
    const writes = method.startsWith('send') && method !== 'sendChatAction';
    const isInDoubt = error instanceof ConnectorError && error.code === 'unknown_outcome';
    throw isInDoubt && !writes ? new ConnectorError('transient', error.message) : error;
  }
}

/** A proxy in between answers in its own form. Success that cannot be read leaves open what happened. */
function resultOf(status: number, text: string): unknown {
  const answer = answerSchema.safeParse(jsonOrNothing(text)).data;
  if (answer?.ok === true) return answer.result;
  if (answer === undefined && status < 300) {
    throw new ConnectorError('unknown_outcome', 'Telegram answered in an unknown form');
  }
  const { error_code = status, description = `HTTP status ${status}`, parameters } = answer ?? {};
  const { retry_after: retryAfterSeconds, migrate_to_chat_id: migrateToChatId } = parameters ?? {};
  throw new Refusal({ status: error_code, description, retryAfterSeconds, migrateToChatId });
}
