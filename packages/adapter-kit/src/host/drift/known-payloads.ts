import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { jsonOrNothing } from '../../safe-json.ts';

/** What the fixtures of a connector show: everything else is new. */
export interface KnownPayloads {
  readonly payloads: readonly unknown[];
  /** The platform's codes that its errors.json has. */
  readonly errorCodes: ReadonlySet<string>;
}

const incoming = z.object({
  call: z.object({ body: z.unknown(), bodyText: z.string().optional(), bodyBase64: z.string().optional() }).partial(),
  expectError: z.unknown().optional(),
});
const failures = z.array(z.object({ expect: z.object({ platformCode: z.string().optional() }) }));

/**
 * Reads the fixtures of a connector's folder: the payloads that it understands, and the codes that it knows. Undefined where
 * there are none. Called once, when its service starts.
 */
export async function readKnownPayloads(folder: string): Promise<KnownPayloads | undefined> {
  const names = await readdir(join(folder, 'in')).catch(() => []);
  const files = names.filter((name) => name.endsWith('.json'));
  if (files.length === 0) return undefined;
  const read = await Promise.all(files.map((name) => readFile(join(folder, 'in', name), 'utf8')));
  const errors = failures.safeParse(jsonOrNothing(await readFile(join(folder, 'errors.json'), 'utf8').catch(() => '')));
  const codes = (errors.data ?? []).flatMap(({ expect }) => expect.platformCode ?? []);
  return { payloads: read.flatMap(payloadOf), errorCodes: new Set(codes) };
}

/** What is refused is not known: there it shows what the parser does with it. */
function payloadOf(text: string): unknown[] {
  const { data } = incoming.safeParse(jsonOrNothing(text));
  if (data === undefined || data.expectError !== undefined) return [];
  const { body, bodyText, bodyBase64 } = data.call;
  if (body !== undefined) return [body];
  const told = bodyText ?? (bodyBase64 === undefined ? '' : Buffer.from(bodyBase64, 'base64').toString());
  const payload = jsonOrNothing(told);
  return payload === undefined ? [] : [payload];
}
