import { type ChannelAccess, jsonOrNothing, strangeAnswer, type Tools } from '@trunkline/adapter-kit';
import type { z } from 'zod';
import { refusalOf } from './errors.ts';
import type { Settings } from './settings.ts';
import { refusedSchema } from './types.ts';
import { version } from './types-limits.ts';
import { type Route, secretNames, signatureOf } from './verify-sides.ts';

const timeoutMs = 15_000;
const answerMaxBytes = 64 * 1_024;

/** What is said, and how it is proved. */
export interface Said {
  /** Type and fields of the call. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Behind the address. */
  readonly path?: string;
  /** Secret behind the caller's name, when it joins. */
  readonly proof?: string;
}

/** Calls the other side, and reads its answer by a schema. Throws ConnectorError. */
export async function callPeer<Shape>(
  { fields, path = '', proof }: Said,
  { side, from, to, url, key }: Route,
  schema: z.ZodType<Shape>,
  { channel, ownUrl = channel.secret(secretNames.ownUrl), tools }: Caller,
): Promise<Shape> {
  const told = { side, from, to, name: channel.settings.publicName, address: ownUrl, at: tools.now() };
  const body = Buffer.from(JSON.stringify({ network: version, ...told, ...fields }));
  const headers = {
    'content-type': 'application/json',
    ...{ 'network-from': from, 'network-signature': signatureOf(key, body) },
    ...(proof === undefined ? {} : { 'network-proof': proof }),
  };
  const response = await tools.fetch(`${url}${path}`, { headers, body, timeoutMs, maxBytes: answerMaxBytes });
  const { status } = response;
  const said = jsonOrNothing(await response.text());
  if (status !== 200) {
    const { error = '', retryAfterSeconds } = refusedSchema.safeParse(said).data ?? {};
    const asked = retryAfterSeconds ?? secondsOf(response.headers['retry-after']);
    throw refusalOf({ status, error, retryAfterSeconds: asked }, side);
  }
  const read = schema.safeParse(said);
  if (!read.success) throw strangeAnswer('the other side', status, true);
  return read.data;
}

/** Who calls. */
export interface Caller {
  readonly channel: ChannelAccess<Settings>;
  /** Where it is called itself; as it stands in its secrets, unless it is only being connected. */
  readonly ownUrl?: string;
  readonly tools: Tools;
}

function secondsOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
}
