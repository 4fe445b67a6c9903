import {
  type GetOverviewRequest,
  LaneOverview,
  ModeOverview,
  Overview,
  OverviewSample,
  PortalMode,
  UnwellPortal,
} from '@trunkline/contracts';
import {
  type CallContext,
  invalidArgument,
  pageSizeOf,
  readPageToken,
  requireAdministrator,
  writePageToken,
} from '@trunkline/runtime';
import { z } from 'zod';
import { earlierOf } from '../domain/lane-told.ts';
import { worstFirst } from '../domain/unwell.ts';
import type { LaneDocument } from '../store/lanes.ts';
import type { DeliveryContext } from './context.ts';

const place = z.number().int().min(0);
const sizes = { usual: 50, most: 200 };
const textMost = 100;
const stepMs = 10_000;
const historyMs = 15 * 60_000;
const shownModes = [
  PortalMode.PORTAL_MODE_LIVE,
  PortalMode.PORTAL_MODE_DRAIN,
  PortalMode.PORTAL_MODE_PAUSED,
  PortalMode.PORTAL_MODE_PULL,
] as const;

/** Tells how all portals are doing, from what the owners of the lanes last told: one read, however many portals there are. */
export async function getOverview(
  request: GetOverviewRequest,
  caller: CallContext,
  { lanes, now }: Pick<DeliveryContext, 'lanes' | 'now'>,
): Promise<Overview> {
  requireAdministrator(caller);
  const pageSize = pageSizeOf(request.pageSize, sizes);
  const from = readPageToken(request.pageToken, place) ?? 0;
  if (request.text.length > textMost)
    throw invalidArgument({ field: 'text', description: `is at most ${textMost} characters long` });
  const told = await lanes.all();
  const portals = told.flatMap(({ worst }) => worst.map((each) => UnwellPortal.fromPartial(each)));
  const found = portals.filter((portal) => isWanted(portal, request)).toSorted(worstFirst);
  const page = found.slice(from, from + pageSize);
  return Overview.fromPartial({
    at: new Date(now()),
    lanes: told.map(laneOverview),
    modes: shownModes.map((mode) => modeOverview(mode, told)),
    ...{ portals: page, found: found.length, unwell: told.reduce((sum, { unwell }) => sum + unwell, 0) },
    nextPageToken: from + page.length < found.length ? writePageToken(from + page.length) : '',
    history: historyOf(told, now()),
  });
}

function isWanted(portal: UnwellPortal, { tenantId, mode, text }: GetOverviewRequest): boolean {
  if (tenantId !== '' && portal.tenantId !== tenantId) return false;
  if (mode !== PortalMode.PORTAL_MODE_UNSPECIFIED && portal.mode !== mode) return false;
  const wanted = text.trim().toLowerCase();
  return [portal.name, portal.portalId, portal.tenantId].some((each) => each.toLowerCase().includes(wanted));
}

function laneOverview({ _id, owner, at, modes }: LaneDocument): LaneOverview {
  const oldestAt = modes.reduce<Date | undefined>((oldest, mode) => earlierOf(oldest, mode.oldestAt), undefined);
  const sum = (field: 'portals' | 'waiting') => modes.reduce((all, mode) => all + mode[field], 0);
  const counts = { portals: sum('portals'), waiting: sum('waiting') };
  return LaneOverview.fromPartial({ lane: _id, owner, at, ...counts, ...(oldestAt && { oldestAt }) });
}

function modeOverview(mode: PortalMode, told: readonly LaneDocument[]): ModeOverview {
  const own = told.flatMap(({ modes }) => modes.filter((each) => each.mode === mode));
  const oldestAt = own.reduce<Date | undefined>((oldest, each) => earlierOf(oldest, each.oldestAt), undefined);
  const sum = (field: 'portals' | 'waiting') => own.reduce((all, each) => all + each[field], 0);
  const counts = { portals: sum('portals'), waiting: sum('waiting') };
  return ModeOverview.fromPartial({ mode, ...counts, ...(oldestAt && { oldestAt }) });
}

/** The samples of all lanes, step by step: owners look at different moments. Steps that not every lane has told yet are left out. */
function historyOf(told: readonly LaneDocument[], nowMs: number): OverviewSample[] {
  const steps = new Map<number, OverviewSample>();
  for (const { at, waiting, accepted, failed } of told.flatMap(({ history }) => history)) {
    const step = Math.ceil(at.getTime() / stepMs);
    const former = steps.get(step) ?? OverviewSample.fromPartial({ at: new Date(step * stepMs) });
    steps.set(step, {
      ...former,
      ...{ waiting: former.waiting + waiting, accepted: former.accepted + accepted, failed: former.failed + failed },
    });
  }
  const isOver = (step: number) => step * stepMs > nowMs - historyMs && step * stepMs <= nowMs - stepMs / 2;
  return [...steps]
    .filter(([step]) => isOver(step))
    .toSorted(([left], [right]) => left - right)
    .map(([, each]) => each);
}
