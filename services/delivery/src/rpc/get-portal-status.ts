import { type GetPortalStatusRequest, type PortalEntry, PortalStatus } from '@trunkline/contracts';
import { type CallContext, notFound } from '@trunkline/runtime';
import { settingsOf } from '../domain/settings.ts';
import { stateOf } from '../domain/unwell.ts';
import { backlogOf } from './backlog.ts';
import { type DeliveryContext, portalFor } from './context.ts';

/**
 * Tells what may be shown of a portal. Of a public one it is read as its lane's owner last told it, which costs one small read
 * however often anybody asks; of another one, and of one that has just become public, it is found out now.
 */
export async function getPortalStatus(
  { portalId, onlyPublic }: GetPortalStatusRequest,
  caller: CallContext,
  context: DeliveryContext,
): Promise<PortalStatus> {
  const portal = portalFor(context, caller, portalId);
  const isPublic = portal.settings?.isStatusPublic === true;
  if (onlyPublic && !isPublic) throw notFound('There is no such portal.');
  const told = isPublic ? (await context.statuses.find([portal.id])).get(portal.id) : undefined;
  if (told === undefined) return await statusNow(portal, isPublic, context);
  const { slots, _id, ...rest } = told;
  return PortalStatus.fromPartial({ ...rest, portalId: portal.id, isPublic, history: [...slots] });
}

async function statusNow(portal: PortalEntry, isPublic: boolean, context: DeliveryContext): Promise<PortalStatus> {
  const { mode, waiting, oldestAt, lastError } = await backlogOf(portal, context);
  const nowMs = context.now();
  const ageMs = oldestAt === undefined ? 0 : Math.max(0, nowMs - oldestAt.getTime());
  const { lingerMs } = settingsOf(portal);
  const state = stateOf({ mode, ageMs, lingerMs, failures: lastError === '' ? 0 : 1 });
  const known = { portalId: portal.id, isPublic, state, waiting, at: new Date(nowMs) };
  return PortalStatus.fromPartial({ ...known, ...(oldestAt && { oldestAt }) });
}
