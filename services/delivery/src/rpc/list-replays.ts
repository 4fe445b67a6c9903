import type { ListReplaysRequest, ListReplaysResponse } from '@trunkline/contracts';
import { type CallContext, pageSizeOf, readPageToken, writePageToken } from '@trunkline/runtime';
import { z } from 'zod';
import { type DeliveryContext, portalFor } from './context.ts';
import { replayOf } from './replay.ts';

const place = z.number().int().positive();
const sizes = { usual: 100, most: 1_000 };

/** Lists the replays of a portal, newest first. */
export async function listReplays(
  request: ListReplaysRequest,
  caller: CallContext,
  context: DeliveryContext,
): Promise<ListReplaysResponse> {
  const { id } = portalFor(context, caller, request.portalId);
  const pageSize = pageSizeOf(request.pageSize, sizes);
  const below = readPageToken(request.pageToken, place) ?? Number.MAX_SAFE_INTEGER;
  const found = await context.replays.list(id, below, pageSize + 1);
  const page = found.slice(0, pageSize);
  const last = page.at(-1);
  const nextPageToken = found.length > page.length && last !== undefined ? writePageToken(last.number) : '';
  return { replays: page.map(replayOf), nextPageToken };
}
