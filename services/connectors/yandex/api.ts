import {
  type ChannelAccess,
  ConnectorError,
  type GuardedResponse,
  jsonOrNothing,
  type Tools,
} from '@trunkline/adapter-kit';
import type { z } from 'zod';
import { Refusal, strangeAnswer } from './errors.ts';
import type { Settings } from './settings.ts';
import { answerSchema } from './types.ts';

type Channel = ChannelAccess<Settings>;
type Method<Shape> = readonly [path: string, answer: z.ZodType<Shape>];

/** What a call carries: JSON, or a form with files. */
export interface Call {
  readonly body: object | FormData;
  /** True for what writes a new message: when the answer is lost, nobody knows whether it is there. */
  readonly isWriting?: boolean;
}

const callTimeoutMs = 15_000;
const uploadTimeoutMs = 120_000;
const downloadTimeoutMs = 10 * 60_000;
/** The host has its own, smaller cap. */
const downloadMaxBytes = 2_000 * 1_024 * 1_024;

/** Calls a method and reads its answer by a schema. Throws ConnectorError: a {@link Refusal} for what Yandex said itself. */
export async function callApi<Shape>(
  [path, schema]: Method<Shape>,
  { body, isWriting = false }: Call,
  channel: Channel,
  tools: Tools,
): Promise<Shape> {
  const { status, headers, text } = await ask(path, body, channel, tools).catch((error: unknown) => {
    const isInDoubt = error instanceof ConnectorError && error.code === 'unknown_outcome';
    throw isInDoubt && !isWriting ? new ConnectorError('transient', error.message) : error;
  });
  const said = jsonOrNothing(text.replaceAll(channel.secret('token'), '<token>'));
  const answer = answerSchema.safeParse(said).data;
  // What breaks in the middle may have been done, whatever words come with it.
  if (status >= 500) throw strangeAnswer(status, isWriting);
  if (status >= 400) throw new Refusal(status, answer?.description ?? '', Number(headers['retry-after'] ?? Number.NaN));
  if (answer?.ok === false) throw new Refusal(400, answer.description);
  const { success, data } = schema.safeParse(said);
  if (answer === undefined || !success) throw strangeAnswer(status, isWriting);
  return data;
}

/** Asks for a file. Resolves with whatever Yandex answered. */
export async function fetchFile(fileId: string, channel: Channel, tools: Tools): Promise<GuardedResponse> {
  const body = JSON.stringify({ file_id: fileId });
  const limits = { timeoutMs: downloadTimeoutMs, maxBytes: downloadMaxBytes };
  const asked = tools.fetch(urlOf('messages/getFile/', channel), { headers: headersOf(channel), body, ...limits });
  // A file is only read: it may be asked for again.
  return await asked.catch((error: unknown) => {
    const isInDoubt = error instanceof ConnectorError && error.code === 'unknown_outcome';
    throw isInDoubt ? new ConnectorError('transient', error.message) : error;
  });
}

async function ask(path: string, body: object | FormData, channel: Channel, tools: Tools) {
  const { authorization, ...json } = headersOf(channel);
  const request =
    body instanceof FormData
      ? { headers: { authorization }, body, timeoutMs: uploadTimeoutMs }
      : { headers: { authorization, ...json }, body: JSON.stringify(body), timeoutMs: callTimeoutMs };
  const response = await tools.fetch(urlOf(path, channel), request);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function urlOf(path: string, { settings }: Channel): string {
  return `${settings.apiUrl.replace(/\/+$/, '')}/bot/v1/${path}`;
}

function headersOf(channel: Channel) {
  const token = channel.secret('token');
  if (!/^[\w.~+/=-]+$/.test(token))
    throw new ConnectorError('auth_revoked', 'the token has not the form of a bot token');
  return { authorization: `OAuth ${token}`, 'content-type': 'application/json' };
}
