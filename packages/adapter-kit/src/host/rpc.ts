import { ChannelState, type ConnectorServiceDefinition } from '@trunkline/contracts';
import type { Implementation } from '@trunkline/runtime';
import type { Health } from '../connector.ts';
import { connectorQuestions } from './rpc-questions.ts';
import { describedChannel, type RpcParts, talk } from './rpc-talk.ts';

const states: Readonly<Record<Health['state'], ChannelState>> = {
  ok: ChannelState.CHANNEL_STATE_OK,
  degraded: ChannelState.CHANNEL_STATE_DEGRADED,
  needs_sign_in: ChannelState.CHANNEL_STATE_NEEDS_SIGN_IN,
  banned: ChannelState.CHANNEL_STATE_BANNED,
  off: ChannelState.CHANNEL_STATE_OFF,
};

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
      await talk(parts, channel, signal, async (tools) => await connector.disconnect?.(channel, tools));
      return {};
    },
    probe: async (request, { signal }) => {
      const channel = describedChannel(parts, request);
      const { probe } = connector;
      if (probe === undefined) return { state: states.ok, reason: '' };
      const health = await talk(parts, channel, signal, (tools) => probe(channel, webAddress(request.hookUrl), tools));
      return { state: states[health.state], reason: health.reason };
    },
  };
}

function webAddress(hookUrl: string): string | undefined {
  return /^https?:/.test(hookUrl) ? hookUrl : undefined;
}
