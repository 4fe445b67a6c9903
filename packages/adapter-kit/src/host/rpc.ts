import { ChannelState, type ConnectorServiceDefinition } from '@trunkline/contracts';
import { type Implementation, invalidArgument, TrunklineError } from '@trunkline/runtime';
import type { ChannelAccess } from '../channel.ts';
import type { Connector, Health } from '../connector.ts';
import { ConnectorError } from '../connector-error.ts';
import type { Tools } from '../tools.ts';
import { withinCall } from '../within-call.ts';
import { openChannel } from './channels.ts';

/** What answering the directory needs. */
export interface RpcParts {
  readonly name: string;
  readonly connector: Connector;
  readonly toolsOf: (channel: ChannelAccess, signal: AbortSignal) => Tools;
  /** Resolves once this instance knows the channel in that revision, or after a while. */
  readonly untilKnown: (channelId: string, revision: number, signal: AbortSignal) => Promise<void>;
}

const states: Readonly<Record<Health['state'], ChannelState>> = {
  ok: ChannelState.CHANNEL_STATE_OK,
  degraded: ChannelState.CHANNEL_STATE_DEGRADED,
  needs_sign_in: ChannelState.CHANNEL_STATE_NEEDS_SIGN_IN,
  banned: ChannelState.CHANNEL_STATE_BANNED,
  off: ChannelState.CHANNEL_STATE_OFF,
};

/** Longest talk with the platform; the directory waits a little longer. */
const limitMs = 20_000;

/** The methods that the directory asks of a connector. */
export function connectorMethods(parts: RpcParts): Implementation<typeof ConnectorServiceDefinition> {
  const { connector } = parts;
  return {
    identify: async (request, { signal }) => {
      const channel = channelOf(parts, request);
      const { identify } = connector;
      if (identify === undefined) return { accountId: channel.id, accountName: '' };
      const account = await talk(parts, channel, signal, (tools) => identify(channel, tools));
      return { ...account, secrets: { ...account.secrets } };
    },
    connect: async (request, { signal }) => {
      const channel = channelOf(parts, request);
      const { connect } = connector;
      if (connect === undefined) return { accountId: channel.id, accountName: '' };
      await parts.untilKnown(channel.id, request.revision, signal);
      const connected = await talk(parts, channel, signal, (tools) =>
        connect(channel, webAddress(request.hookUrl), tools),
      );
      return { ...connected, warnings: [...(connected.warnings ?? [])], secrets: { ...connected.secrets } };
    },
    disconnect: async (request, { signal }) => {
      const channel = channelOf(parts, request);
      await talk(parts, channel, signal, async (tools) => await connector.disconnect?.(channel, tools));
      return {};
    },
    probe: async (request, { signal }) => {
      const channel = channelOf(parts, request);
      const { probe } = connector;
      if (probe === undefined) return { state: states.ok, reason: '' };
      const health = await talk(parts, channel, signal, (tools) => probe(channel, webAddress(request.hookUrl), tools));
      return { state: states[health.state], reason: health.reason };
    },
  };
}

interface AskedChannel {
  readonly channelId: string;
  readonly settingsJson: string;
  readonly secrets: Readonly<Record<string, string>>;
}

function channelOf(
  { name, connector }: RpcParts,
  { channelId: id, settingsJson, secrets }: AskedChannel,
): ChannelAccess {
  if (id === '') throw invalidArgument({ field: 'channel_id', description: 'is required' });
  try {
    const parts = { id, tenantId: '', connector: name, accountId: '', name: '', settingsJson };
    return openChannel(connector, parts, secrets);
  } catch (error) {
    const description = error instanceof Error ? error.message : 'is not valid';
    throw invalidArgument({ field: 'settings_json', description });
  }
}

/** The platform's words are fit for the person who connects the channel. */
async function talk<T>(
  { toolsOf }: RpcParts,
  channel: ChannelAccess,
  signal: AbortSignal,
  ask: (tools: Tools) => Promise<T>,
): Promise<T> {
  try {
    return await withinCall(limitMs, (until) => ask(toolsOf(channel, until)), signal);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const code = error.code === 'unknown_outcome' ? 'transient' : error.code; // Every one of these calls may be repeated.
    throw new TrunklineError(code, error.message, { publicMessage: error.message });
  }
}

function webAddress(hookUrl: string): string | undefined {
  return /^https?:/.test(hookUrl) ? hookUrl : undefined;
}
