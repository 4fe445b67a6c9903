import { type ChannelAccess, ConnectorError, jsonOrNothing, type Tools } from '@trunkline/adapter-kit';
import type { z } from 'zod';
import { failureOf } from './errors.ts';
import type { Settings } from './settings.ts';

/** Calls the platform and reads its answer by a schema. Throws ConnectorError. */
export async function callApi<Shape>(
  [path, schema]: readonly [string, z.ZodType<Shape>],
  body: object,
  channel: ChannelAccess<Settings>,
  tools: Tools,
): Promise<Shape> {
  const answer = await tools.fetch(`${channel.settings.apiUrl}${path}`, {
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${channel.secret('token')}` },
  });
  const said = jsonOrNothing(await answer.text());
  if (answer.status >= 300) throw failureOf(answer.status, said);
  const { data, success } = schema.safeParse(said);
  if (!success) throw new ConnectorError('unknown_outcome', '__Title__ answered in an unknown form');
  return data;
}
