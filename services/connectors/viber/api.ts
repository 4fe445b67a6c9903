import { type ChannelAccess, ConnectorError, jsonOrNothing, strangeAnswer, type Tools } from '@trunkline/adapter-kit';
import type { z } from 'zod';
import { Refusal } from './errors.ts';
import type { Settings } from './settings.ts';
import { answerSchema } from './types.ts';

/** Calls a method and reads its answer by a schema. Throws ConnectorError: a {@link Refusal} for what Viber said itself. */
export async function callApi<Shape>(
  [method, schema]: readonly [string, z.ZodType<Shape>],
  body: object,
  channel: ChannelAccess<Settings>,
  tools: Tools,
): Promise<Shape> {
  const token = channel.secret('token');
  if (!/^[\w-]+$/.test(token)) throw new ConnectorError('auth_revoked', 'the token has not the form of a bot token');
  const isWriting = method === 'send_message';
  const { status, text } = await ask(
    `${channel.settings.apiUrl.replace(/\/+$/, '')}/pa/${method}`,
    { token, body },
    tools,
  ).catch((error: unknown) => {
    // Only what writes a message must not be done twice.
    const isInDoubt = error instanceof ConnectorError && error.code === 'unknown_outcome';
    throw isInDoubt && !isWriting ? new ConnectorError('transient', error.message) : error;
  });
  const said = jsonOrNothing(text.replaceAll(token, '<token>'));
  const answer = answerSchema.safeParse(said).data;
  if (answer === undefined) throw strangeAnswer('Viber', status, isWriting);
  if (answer.status !== 0) throw new Refusal(answer.status, answer.status_message);
  const { success, data } = schema.safeParse(said);
  if (!success) throw strangeAnswer('Viber', status, isWriting);
  return data;
}

async function ask(
  url: string,
  { token, body }: { readonly token: string; readonly body: object },
  tools: Tools,
): Promise<{ readonly status: number; readonly text: string }> {
  const headers = { 'content-type': 'application/json', 'x-viber-auth-token': token };
  const response = await tools.fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
}
