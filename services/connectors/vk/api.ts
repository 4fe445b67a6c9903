import {
  type ChannelAccess,
  ConnectorError,
  doubtedIf,
  jsonOrNothing,
  strangeAnswer,
  type Tools,
} from '@trunkline/adapter-kit';
import type { z } from 'zod';
import { Refusal } from './errors.ts';
import type { Settings } from './settings.ts';
import { answerSchema } from './types.ts';

export type Channel = ChannelAccess<Settings>;

/** What a method is asked with; what is undefined is left out. */
export type Params = Readonly<Record<string, string | number | undefined>>;

/** The version whose forms are read and written here. */
export const apiVersion = '5.199';
const uploadTimeoutMs = 120_000;
/** What they make would be there twice. */
export const making: ReadonlySet<string> = new Set(['messages.send', 'messages.createChat', 'wall.createComment']);

/** Calls a method and reads its result by a schema. Throws ConnectorError: a {@link Refusal} for what VK said itself. */
export async function callApi<Shape>(
  [method, schema]: readonly [string, z.ZodType<Shape>],
  params: Params,
  channel: Channel,
  tools: Tools,
): Promise<Shape> {
  const token = channel.secret('token');
  if (!/^[\w.-]+$/.test(token)) throw new ConnectorError('auth_revoked', 'the token has not the form of a token');
  const isWriting = making.has(method);
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...params, access_token: token, v: apiVersion }))
    if (value !== undefined) body.set(name, String(value));
  const url = `${channel.settings.apiUrl.replace(/\/+$/, '')}/method/${method}`;
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const { status, text } = await ask(url, { headers, body: body.toString() }, tools, isWriting);
  const answer = answerSchema.safeParse(jsonOrNothing(text.replaceAll(token, '<token>'))).data;
  if (answer === undefined) throw strangeAnswer('VK', status, isWriting);
  if ('error' in answer) throw new Refusal(answer.error.error_code, answer.error.error_msg);
  const { success, data } = schema.safeParse(answer.response);
  if (!success) throw strangeAnswer('VK', status, isWriting);
  return data;
}

/** Puts a file where VK said; gives the fields that its next method wants. Nobody sees anything of it yet. */
export async function upload(url: string, field: string, file: globalThis.File, tools: Tools): Promise<Params> {
  const body = new FormData();
  body.set(field, file);
  const { status, text } = await ask(url, { body, timeoutMs: uploadTimeoutMs }, tools, false);
  const said = jsonOrNothing(text);
  if (typeof said !== 'object' || said === null || status >= 300) throw strangeAnswer('VK', status, false);
  if (!('error' in said)) return Object.fromEntries(Object.entries(said).map(([name, value]) => [name, String(value)]));
  throw new ConnectorError('media_failed', 'VK does not take this file', { platformCode: 'upload' });
}

type Request = NonNullable<Parameters<Tools['fetch']>[1]>;

/** Only what writes must not be done twice; after a doubt all else may simply be tried again. */
async function ask(url: string, how: Request, tools: Tools, isWriting: boolean) {
  return await doubtedIf(isWriting, async () => {
    const response = await tools.fetch(url, { method: 'POST', isRepeatable: !isWriting, ...how });
    return { status: response.status, text: await response.text() };
  });
}
