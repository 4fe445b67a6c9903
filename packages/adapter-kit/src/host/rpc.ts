import type { ConnectorServiceDefinition } from '@trunkline/contracts';
import type { Implementation } from '@trunkline/runtime';
import type { ChannelAccess } from '../channel.ts';
import { healthStates } from './health.ts';
import { connectorQuestions } from './rpc-questions.ts';
import { describedChannel, type RpcParts, talk } from './rpc-talk.ts';
import { webAddress } from './web-address.ts';

/** The methods that the directory asks of a connector. */
export function connectorMethods(parts: RpcParts): Implementation<typeof ConnectorServiceDefinition> {
  const { connector } = parts;
  return {
    ...connectorQuestions(parts),
    identify: async (request, { signal }) => {
      const channel = describedChannel(parts, request);
      const { identify } = connector;
      if (identify === undefined) return { accountId: channel.id, accountName: '' };
      const account = await talk(parts, channel, signal, (tools) => identify(channel, tools));
      return { ...account, secrets: { ...account.secrets } };
    },
    connect: async (request, { signal }) => {
      const channel = describedChannel(parts, request);
      const { connect } = connector;
      if (connect === undefined) return { accountId: channel.id, accountName: '' };
      await parts.untilKnown(channel.id, request.revision, signal);
      const connected = await talk(parts, channel, signal, (tools) =>
        connect(channel, webAddress(request.hookUrl), tools),
      );
      return { ...connected, warnings: [...(connected.warnings ?? [])], secrets: { ...connected.secrets } };
    },
    disconnect: async (request, { signal }) => {
      const channel = describedChannel(parts, request);
      const around = { isLastAtHook: isLastAtHook(parts, channel) };
      await talk(parts, channel, signal, async (tools) => await connector.disconnect?.(channel, tools, around));
      return {};
    },
    probe: async (request, { signal }) => {
      const channel = describedChannel(parts, request);
      const { probe } = connector;
      if (probe === undefined) return { state: healthStates.ok, reason: '' };
      const health = await talk(parts, channel, signal, (tools) => probe(channel, webAddress(request.hookUrl), tools));
      return { state: healthStates[health.state], reason: health.reason };
    },
  };
}

/** Throws 'unavailable' as long as not all channels are known. */
function isLastAtHook({ connector, channels, shared }: RpcParts, { id, settings }: ChannelAccess): boolean {
  channels.find(id);
  const key = connector.hook?.shared?.key(settings);
  return key === undefined || shared(key).every((each) => each === id);
}
