import { type ChannelAccess, ConnectorError, type SendTools, safeJson, type Tools } from '@trunkline/adapter-kit';
import type { Media } from '@trunkline/contracts';
import type { z } from 'zod';
import { connectorError, type Failure } from './errors.ts';
import type { Settings } from './settings.ts';
import { answerSchema } from './types.ts';

/** A call of the Bot API, before its files are read. */
export interface ApiCall {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly uploads: readonly Upload[];
}

/** A file that goes with a call. */
export interface Upload {
  readonly field: string;
  readonly media: Media;
}

/** What the platform answered. */
export type Answer =
  | { readonly isOk: true; readonly result: unknown }
  | { readonly isOk: false; readonly failure: Failure };

type Channel = ChannelAccess<Settings>;

const callTimeoutMs = 15_000;
const uploadTimeoutMs = 120_000;
const uploadMaxBytes = 50 * 1_024 * 1_024;

/** Calls the platform and gives its answer, whatever it says. Throws ConnectorError when there is none. */
export async function callApi(apiCall: ApiCall, channel: Channel, tools: Tools, waitMs = 0): Promise<Answer> {
  const json = { 'content-type': 'application/json' };
  const body = { body: JSON.stringify(apiCall.params), headers: json, timeoutMs: callTimeoutMs + waitMs };
  return request(apiCall.method, channel, tools, body);
}

/** The same with files. */
export async function callWithFiles(apiCall: ApiCall, channel: Channel, tools: SendTools): Promise<Answer> {
  if (apiCall.uploads.length === 0) return callApi(apiCall, channel, tools);
  const form = new FormData();
  for (const [name, value] of Object.entries(apiCall.params)) {
    form.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  for (const { field, media } of apiCall.uploads) {
    form.set(field, await readFile(media, tools), media.name || `file.${media.mimeType.split('/')[1] ?? 'bin'}`);
  }
  return request(apiCall.method, channel, tools, { body: form, timeoutMs: uploadTimeoutMs });
}

/** Calls a method and reads its result by a schema. Throws ConnectorError for a refusal, too. */
export async function ask<Shape>(
  [method, schema]: readonly [string, z.ZodType<Shape>],
  params: ApiCall['params'],
  channel: Channel,
  tools: Tools,
): Promise<Shape> {
  const answer = await callApi({ method, params, uploads: [] }, channel, tools);
  if (!answer.isOk) throw connectorError(answer.failure);
  const { data, error } = schema.safeParse(answer.result);
  if (error !== undefined) throw new ConnectorError('transient', `Telegram answered ${method} in an unknown form`);
  return data as Shape;
}

/** Address below the API's root. It holds the token: for no log, error or person. */
export function secretUrl(channel: Channel, prefix: string, path: string): string {
  const token = channel.secret('token');
  if (!/^\d+:[\w-]+$/.test(token))
    throw new ConnectorError('auth_revoked', 'the token has not the form of a bot token');
  return `${channel.settings.apiUrl.replace(/\/+$/, '')}${prefix}/bot${token}/${path}`;
}

async function request(
  method: string,
  channel: Channel,
  tools: Tools,
  how: Parameters<Tools['fetch']>[1],
): Promise<Answer> {
  try {
    const response = await tools.fetch(secretUrl(channel, '', method), { method: 'POST', ...how });
    const text = await response.text();
    return read(response.status, text.replaceAll(channel.secret('token'), '<token>'));
  } catch (error) {
    throw withoutDoubt(error, method);
  }
}

/** A proxy in between answers in its own form. Success that cannot be read leaves open what happened. */
function read(status: number, text: string): Answer {
  const answer = answerSchema.safeParse(jsonOf(text)).data;
  if (answer?.ok === true) return { isOk: true, result: answer.result };
  if (answer === undefined && status < 300) {
    throw new ConnectorError('unknown_outcome', 'Telegram answered in an unknown form');
  }
  const { error_code = status, description = `HTTP status ${status}`, parameters } = answer ?? {};
  const { retry_after: retryAfterSeconds, migrate_to_chat_id: migrateToChatId } = parameters ?? {};
  return { isOk: false, failure: { status: error_code, description, retryAfterSeconds, migrateToChatId } };
}

function jsonOf(text: string): unknown {
  try {
    return safeJson(text);
  } catch {
    return undefined;
  }
}

/** Only what writes a new message must not be done twice; all else may simply be tried again. */
function withoutDoubt(error: unknown, method: string): unknown {
  const writes = method.startsWith('send') && method !== 'sendChatAction';
  const isInDoubt = error instanceof ConnectorError && error.code === 'unknown_outcome';
  return isInDoubt && !writes ? new ConnectorError('transient', error.message) : error;
}

async function readFile(media: Media, tools: SendTools): Promise<Blob> {
  const { stream, mimeType } = await tools.openFile(media);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let sizeBytes = 0;
  for await (const chunk of stream) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > uploadMaxBytes) throw new ConnectorError('too_large', 'Telegram takes files of at most 50 MB');
    chunks.push(new Uint8Array(chunk));
  }
  return new Blob(chunks, { type: mimeType || media.mimeType });
}
