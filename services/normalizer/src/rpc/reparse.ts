import {
  ConnectorServiceDefinition,
  type HookCall,
  IngressItem,
  laneOf,
  type ReparseRequest,
  type ReparseResponse,
  type StillParked,
} from '@trunkline/contracts';
import {
  asTrunklineError,
  type CallContext,
  everyTenant,
  pageSizeOf,
  readPageToken,
  requireText,
  TrunklineError,
  writePageToken,
} from '@trunkline/runtime';
import { z } from 'zod';
import { findChannel } from '../consume/directory-view.ts';
import type { ParkedDocument } from '../domain/state/documents.ts';
import { openParked } from '../domain/state/parking.ts';
import { timeout } from '../store/documents.ts';
import type { MessageContext } from './context.ts';

const pages = { usual: 100, most: 500 };
/** Where a page ended: what is parked is read in the order in which it came. */
const place = z.object({ atMs: z.number(), id: z.string() });

/**
 * Parses parked hook calls again, one after another. What is understood enters at the door with the id of the parked call:
 * the stage takes that away in the transaction in which it takes the events, so a crash in between only repeats, and
 * repeats are found by their keys.
 */
export async function reparse(
  request: ReparseRequest,
  { tenantScope }: CallContext,
  context: MessageContext,
): Promise<ReparseResponse> {
  if (tenantScope !== everyTenant) throw new TrunklineError('permission_denied', 'only an administrator parses again');
  const connector = requireText('connector', request.connector);
  const limit = pageSizeOf(request.pageSize, pages);
  const after = readPageToken(request.pageToken, place);
  const found = await parkedOf(context, { connector, channelId: request.channelId, after, limit: limit + 1 });
  const page = found.slice(0, limit);
  const response: ReparseResponse = { found: 0, understood: 0, events: 0, stillParked: [], nextPageToken: '' };
  for (const parked of page) {
    const outcome = await again(parked, request.isDryRun, context);
    if (outcome === undefined) continue;
    response.found += 1;
    if ('reason' in outcome) response.stillParked.push(outcome);
    else {
      response.understood += 1;
      response.events += outcome.events;
    }
  }
  const last = page.at(-1);
  if (found.length > limit && last !== undefined) {
    response.nextPageToken = writePageToken({ atMs: last.at.getTime(), id: `${last.place ?? ''} ${last._id}` });
  }
  return response;
}

interface Wanted {
  readonly connector: string;
  readonly channelId: string;
  readonly after: z.output<typeof place> | undefined;
  readonly limit: number;
}

/** In the order in which they came: by the time they were stored, and within it by their place in the stream. */
async function parkedOf(
  { documents }: MessageContext,
  { connector, channelId, after, limit }: Wanted,
): Promise<ParkedDocument[]> {
  const own = { connector, ...(channelId === '' ? {} : { channelId }) };
  const [placeAfter = '', idAfter = ''] = after?.id.split(' ') ?? [];
  const rest =
    after === undefined
      ? {}
      : {
          $or: [
            { at: { $gt: new Date(after.atMs) } },
            { at: new Date(after.atMs), place: { $gt: placeAfter } },
            {
              at: new Date(after.atMs),
              place: placeAfter === '' ? { $exists: false } : placeAfter,
              _id: { $gt: idAfter },
            },
          ],
        };
  const cursor = documents.collection('parkedIn').find({ ...own, ...rest } as object, timeout);
  return await cursor.sort({ at: 1, place: 1, _id: 1 }).limit(limit).toArray();
}

/** What became of one; undefined for what is no hook call. */
async function again(
  parked: ParkedDocument,
  isDryRun: boolean,
  context: MessageContext,
): Promise<StillParked | { readonly events: number } | undefined> {
  const { _id: parkedId, channelId, at } = parked;
  const item = itemOf(openParked(context.parkingKey, parkedId, parked.sealed));
  const call = item?.item?.$case === 'hookCall' ? item.item.value : undefined;
  // An event that could not be placed may look like anything: only a call names its channel where a call does.
  if (item === undefined || call?.channelId !== channelId || call.connector !== parked.connector) return undefined;
  const channel = findChannel(context.directory, call.channelId, call.connector);
  if (channel === undefined) return { parkedId, channelId, at, reason: 'the channel is not known' };
  const { events, parseError } = await parse(call, item.receivedAt, context);
  if (parseError !== '') return { parkedId, channelId, at, reason: parseError };
  if (!isDryRun) {
    const value: HookCall = { ...call, events, parseError: '', parkedId };
    await context.door.enter(laneOf(channel.tenantId), { ...item, item: { $case: 'hookCall', value } });
  }
  return { events: events.length };
}

function itemOf(bytes: Uint8Array): IngressItem | undefined {
  try {
    return IngressItem.decode(bytes);
  } catch {
    return undefined;
  }
}

async function parse(
  { connector, channelId, raw, rawObjectKey }: HookCall,
  receivedAt: Date | undefined,
  { clients }: MessageContext,
) {
  const body = rawObjectKey === '' ? { raw } : { rawObjectKey };
  try {
    return await clients.of(ConnectorServiceDefinition, connector).parseAgain({ channelId, ...body, receivedAt });
  } catch (error) {
    const { code, message, publicMessage } = asTrunklineError(error);
    if (code !== 'failed_precondition') throw new TrunklineError('unavailable', `${connector}: ${message}`);
    return { events: [], parseError: publicMessage };
  }
}
