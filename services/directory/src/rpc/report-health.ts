import type { ReportHealthRequest, ReportHealthResponse } from '@trunkline/contracts';
import { type CallContext, everyTenant, TrunklineError } from '@trunkline/runtime';
import type { DirectoryContext } from '../context.ts';
import { channelStates, nextHealth } from '../domain/channel-health.ts';
import { secretsOf } from './connect-channel.ts';

/** Takes what a connector tells of its own channel, and says what the channel's portal has to know. */
export function reportHealth(context: DirectoryContext) {
  const { channels, making } = context;
  return async (told: ReportHealthRequest, { caller }: CallContext): Promise<ReportHealthResponse> => {
    const document = await channels.get(told.channelId, everyTenant);
    const { _id, tenantId, connector, revision } = document;
    if (connector !== caller) {
      throw new TrunklineError('permission_denied', `${caller} told about a channel of ${connector}`);
    }
    const changes = nextHealth(document, told, making.now());
    const isRenewed = told.revision === revision && Object.keys(told.secrets).length > 0;
    const secrets = isRenewed ? { ...secretsOf(context, document), ...told.secrets } : undefined;
    const renewed = secrets && {
      ...{ sealedSecrets: context.sealSecrets(connector, secrets), secretNames: Object.keys(secrets) },
      revision: revision + 1,
    };
    // Two that tell at once would count one change twice.
    const given = { revision, ...(document.stateNumber === undefined ? {} : { stateNumber: document.stateNumber }) };
    const now =
      changes === undefined && renewed === undefined
        ? document
        : await channels.update(_id, tenantId, { ...changes, ...renewed }, given);
    return { state: channelStates[now.state], reason: now.stateReason, stateNumber: now.stateNumber ?? 0 };
  };
}
