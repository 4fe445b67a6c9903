import { type ListBacklogsRequest, type ListBacklogsResponse, laneOf } from '@trunkline/contracts';
import {
  type CallContext,
  pageSizeOf,
  readPageToken,
  readRecorded,
  tenantFor,
  writePageToken,
} from '@trunkline/runtime';
import { z } from 'zod';
import { backlogFrom } from './backlog.ts';
import type { DeliveryContext } from './context.ts';

const place = z.string();
const sizes = { usual: 100, most: 1_000 };
const askedAtOnce = 16;

/** Lists the portals of a tenant that have a stream, in the order of their ids. */
export async function listBacklogs(
  request: ListBacklogsRequest,
  caller: CallContext,
  { bus, directory, pauses, now }: DeliveryContext,
): Promise<ListBacklogsResponse> {
  const tenantId = tenantFor(caller, request.tenantId);
  const pageSize = pageSizeOf(request.pageSize, sizes);
  const after = readPageToken(request.pageToken, place) ?? '';
  const recorded = await readRecorded(bus, laneOf(tenantId));
  const rest = recorded.cursors
    .map(({ portalId }) => directory.portal(portalId))
    .filter((portal) => portal !== undefined && portal.tenantId === tenantId && portal.id > after)
    .filter((portal) => portal !== undefined)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const page = rest.slice(0, pageSize);
  const paused = await pauses.find(page.map(({ id }) => id));
  const backlogs = [];
  for (let from = 0; from < page.length; from += askedAtOnce) {
    const some = page.slice(from, from + askedAtOnce);
    backlogs.push(
      ...(await Promise.all(
        some.map((portal) => backlogFrom(portal, recorded, { bus, now, pause: paused.get(portal.id) })),
      )),
    );
  }
  const last = page.at(-1);
  const nextPageToken = rest.length > page.length && last !== undefined ? writePageToken(last.id) : '';
  return { backlogs, nextPageToken };
}
