import { type ChannelState, DirectoryServiceDefinition, type ReportHealthRequest } from '@trunkline/contracts';
import {
  defineService,
  type HostedService,
  type Implementation,
  innerTokenHash,
  startService,
} from '@trunkline/runtime';
import { z } from 'zod';

/** What a connector proves itself with to the directory. */
export const innerToken = 'connector-token';

/** The directory as a connector sees it. */
export interface PlayedDirectory {
  readonly hosted: HostedService<unknown>;
  /** Everything that was told of channels. */
  readonly told: readonly ReportHealthRequest[];
}

/** Plays the directory: it counts the changes of a channel's state, and passes each on. */
export function playDirectory(
  env: Readonly<Record<string, string>>,
  connector: string,
  onState: (channelId: string, state: ChannelState) => Promise<void>,
): PlayedDirectory {
  const told: ReportHealthRequest[] = [];
  const states = new Map<string, { readonly state: ChannelState; readonly stateNumber: number }>();
  const service = defineService({
    ...{ name: 'directory', config: z.object({}), uses: { rpc: true } },
    start: async ({ rpc }) =>
      rpc.addService(DirectoryServiceDefinition, {
        ...unasked(),
        registerConnector: async () => ({}),
        reportHealth: async (request) => {
          told.push(request);
          const { channelId, state, reason, isPast } = request;
          const former = states.get(channelId) ?? { state: 1, stateNumber: 0 };
          if (isPast) return { ...former, reason };
          const isNews = former.state !== state;
          const next = { state, stateNumber: former.stateNumber + (isNews ? 1 : 0) };
          states.set(channelId, next);
          if (isNews) await onState(channelId, state);
          return { ...next, reason };
        },
      }),
  });
  const tokens = { INNER_TOKENS: `${connector}=${innerTokenHash(innerToken)}` };
  return { hosted: startService(service, { ...env, ...tokens }), told };
}

function unasked(): Implementation<typeof DirectoryServiceDefinition> {
  const never = async () => {
    throw new Error('nobody asks this here');
  };
  return Object.fromEntries(Object.keys(DirectoryServiceDefinition.methods).map((name) => [name, never])) as never;
}
