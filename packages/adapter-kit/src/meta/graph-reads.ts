import { z } from 'zod';
import { ConnectorError } from '../connector-error.ts';
import type { Tools } from '../tools.ts';
import { callGraph, type GraphCall } from './graph-call.ts';

/** What the Graph API says of a token. */
export interface GraphToken {
  /** In milliseconds since 1970; absent: never, or it does not say. */
  readonly endsAtMs?: number;
  /** Rights that it has; absent: it does not say. */
  readonly scopes?: readonly string[];
  /** The app that it is of; absent: it does not say. */
  readonly appId?: string;
}

const tokenSchema = z.object({
  data: z.object({
    expires_at: z.int().min(0).optional(),
    scopes: z.array(z.string()).optional(),
    app_id: z
      .union([z.int(), z.string()])
      .transform(String)
      .pipe(z.string().regex(/^\d{1,20}$/))
      .optional()
      .catch(undefined),
  }),
});

/** Asks about the call's own token. Throws ConnectorError 'auth_revoked' for one that is not accepted; tells nothing where
 * nothing is known. */
export async function readGraphToken(
  call: Pick<GraphCall, 'root' | 'token' | 'query' | 'refusal'>,
  tools: Pick<Tools, 'fetch'>,
): Promise<GraphToken> {
  try {
    const asked = { ...call, path: 'debug_token', query: { ...call.query, input_token: call.token } };
    const { expires_at: seconds = 0, scopes, app_id: appId } = (await callGraph(tokenSchema, asked, tools)).data;
    return {
      ...(seconds > 0 && { endsAtMs: seconds * 1_000 }),
      ...(scopes !== undefined && { scopes }),
      ...(appId !== undefined && { appId }),
    };
  } catch (error) {
    if (error instanceof ConnectorError && error.code === 'auth_revoked') throw error;
    return {};
  }
}

const pagingSchema = z.object({
  next: z.string().optional(),
  cursors: z.object({ after: z.string().optional() }).optional(),
});

/** How far a list is read. */
export interface GraphPages<Item> {
  /** Pages of 100 items. */
  readonly pagesMax: number;
  /** A page that holds such an item is the last one. */
  readonly isLast?: (item: Item) => boolean;
  /** Hears that there is more than was read. */
  readonly onCut?: () => void;
}

/** Reads a list over all of its pages. Throws as {@link callGraph} does. */
export async function readGraphList<Item>(
  item: z.ZodType<Item>,
  call: GraphCall,
  tools: Pick<Tools, 'fetch'>,
  { pagesMax, isLast = () => false, onCut }: GraphPages<Item>,
): Promise<Item[]> {
  const schema = z.object({ data: z.array(item), paging: pagingSchema.optional() });
  const found: Item[] = [];
  let after: string | undefined = '';
  for (let page = 0; page < pagesMax && after !== undefined; page += 1) {
    const query: Record<string, string> = { ...call.query, limit: '100', ...(after === '' ? {} : { after }) };
    const { data, paging } = await callGraph(schema, { ...call, query }, tools);
    found.push(...data);
    after = paging?.next === undefined || data.some(isLast) ? undefined : paging.cursors?.after;
  }
  if (after !== undefined) onCut?.();
  return found;
}
