import { invalidArgument, TrunklineError } from '@trunkline/runtime';
import type { ChannelAccess } from '../channel.ts';
import type { Connector } from '../connector.ts';
import { ConnectorError } from '../connector-error.ts';
import type { Tools } from '../tools.ts';
import { withinCall } from '../within-call.ts';
import { type Channels, openChannel } from './channels.ts';
import type { SharedAddresses } from './shared-addresses.ts';

/** What answering the directory needs. */
export interface RpcParts {
  readonly name: string;
  readonly connector: Connector;
  /** Origins where channels may say that the platform is, besides the usual ones. */
  readonly platformHosts?: readonly string[];
  readonly toolsOf: (channel: ChannelAccess, signal: AbortSignal) => Tools;
  /** A body that was too large for the bus; undefined when it is kept no longer. */
  readonly bodyOf: (key: string) => Promise<Uint8Array | undefined>;
  /** Channels that are on. */
  readonly channels: Pick<Channels, 'find'>;
  readonly shared: SharedAddresses;
  /** Resolves once this instance knows the channel in that revision, or after a while. */
  readonly untilKnown: (channelId: string, revision: number, signal: AbortSignal) => Promise<void>;
}

/** A channel, or what will be one, as somebody who asks describes it. */
export interface AskedChannel {
  readonly channelId: string;
  readonly tenantId?: string;
  readonly settingsJson: string;
  readonly secrets: Readonly<Record<string, string>>;
}

/** Longest talk with the platform; the directory waits a little longer. */
const limitMs = 20_000;

/** The channel that a request describes. Throws `invalid_argument` when its settings do not fit. */
export function describedChannel(
  { name, connector, platformHosts }: Pick<RpcParts, 'name' | 'connector' | 'platformHosts'>,
  { channelId: id, tenantId = '', settingsJson, secrets }: AskedChannel,
): ChannelAccess {
  if (id === '') throw invalidArgument({ field: 'channel_id', description: 'is required' });
  try {
    const parts = { id, tenantId, connector: name, accountId: '', name: '', settingsJson };
    return openChannel(connector, parts, secrets, platformHosts);
  } catch (error) {
    const description = error instanceof Error ? error.message : 'is not valid';
    throw invalidArgument({ field: 'settings_json', description });
  }
}

/** Talks with the platform. Its words are fit for the person who asked. */
export async function talk<T>(
  { toolsOf }: Pick<RpcParts, 'toolsOf'>,
  channel: ChannelAccess,
  signal: AbortSignal,
  ask: (tools: Tools) => Promise<T>,
): Promise<T> {
  try {
    return await withinCall(limitMs, (until) => ask(toolsOf(channel, until)), signal);
  } catch (error) {
    throw said(error);
  }
}

/** What a connector threw, as its caller is told. Pure. */
export function said(error: unknown): unknown {
  if (!(error instanceof ConnectorError)) return error;
  const code = error.code === 'unknown_outcome' ? 'transient' : error.code; // Every one of these calls may be repeated.
  return new TrunklineError(code, error.message, { publicMessage: error.message });
}
