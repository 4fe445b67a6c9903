import type { DeliveryServiceDefinition } from '@trunkline/contracts';
import type { Implementation } from '@trunkline/runtime';
import { cancelReplay } from './cancel-replay.ts';
import { checkPortal } from './check-portal.ts';
import type { DeliveryContext } from './context.ts';
import { getBacklog } from './get-backlog.ts';
import { getOverview } from './get-overview.ts';
import { getPortalStatus } from './get-portal-status.ts';
import { getReplay } from './get-replay.ts';
import { listBacklogs } from './list-backlogs.ts';
import { listReplays } from './list-replays.ts';
import { listUndelivered } from './list-undelivered.ts';
import { pause } from './pause.ts';
import { replay } from './replay.ts';
import { resume } from './resume.ts';
import { verifyRange } from './verify-range.ts';

/** What delivery answers, on any instance. */
export function deliveryMethods(context: DeliveryContext): Implementation<typeof DeliveryServiceDefinition> {
  return {
    getBacklog: (request, caller) => getBacklog(request, caller, context),
    listBacklogs: (request, caller) => listBacklogs(request, caller, context),
    getOverview: (request, caller) => getOverview(request, caller, context),
    getPortalStatus: (request, caller) => getPortalStatus(request, caller, context),
    pause: (request, caller) => pause(request, caller, context),
    resume: (request, caller) => resume(request, caller, context),
    listUndelivered: (request, caller) => listUndelivered(request, caller, context),
    replay: (request, caller) => replay(request, caller, context),
    getReplay: (request, caller) => getReplay(request, caller, context),
    listReplays: (request, caller) => listReplays(request, caller, context),
    cancelReplay: (request, caller) => cancelReplay(request, caller, context),
    verifyRange: (request, caller) => verifyRange(request, caller, context),
    checkPortal: (request, caller) => checkPortal(request, caller, context),
  };
}
