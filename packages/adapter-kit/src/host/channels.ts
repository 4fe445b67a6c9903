import type { KeyObject } from 'node:crypto';
import { type ChannelEntry, ChannelState } from '@trunkline/contracts';
import { type Directory, openSecrets, type SecretValues, TrunklineError } from '@trunkline/runtime';
import type { ChannelAccess } from '../channel.ts';
import type { Connector } from '../connector.ts';
import { ConnectorError } from '../connector-error.ts';
import { checkAddresses } from './platform-address.ts';

/** The channels of a connector, with settings and secrets opened once a revision. */
export interface Channels<Settings = unknown> {
  /** A channel that is on; undefined when there is none or it is off. Throws TrunklineError 'unavailable' until all are loaded. */
  find(channelId: string): ChannelAccess<Settings> | undefined;
  /** The same; undefined also while it cannot be known or opened: whoever waits anyway goes on waiting. */
  ready(channelId: string): ChannelAccess<Settings> | undefined;
  /** The same, for what calls the platform by itself: undefined also while a person has to sign in again. */
  usable(channelId: string): ChannelAccess<Settings> | undefined;
  /** Why a channel that is on cannot be opened; undefined when it can be, or is off. */
  trouble(channelId: string): string | undefined;
  /** Which revision it was opened at: what was found out with it says nothing of a later one. */
  revisionOf(channel: ChannelAccess): number;
  /** What the directory says of a channel that is on. */
  entry(channelId: string): ChannelEntry | undefined;
  /** All that are on. */
  entries(): readonly ChannelEntry[];
}

const shutStates = new Set<ChannelState>([
  ...[ChannelState.CHANNEL_STATE_NEEDS_SIGN_IN, ChannelState.CHANNEL_STATE_BANNED],
]);

/** What {@link createChannels} wants. */
export interface ChannelsOptions<Settings> {
  readonly name: string;
  readonly connector: Connector<Settings>;
  readonly directory: Directory;
  readonly key: KeyObject;
  /** Origins where channels may say that the platform is, besides the usual ones. */
  readonly platformHosts?: readonly string[];
  /** Hears of a channel that cannot be opened: a person must look. */
  readonly onTrouble: (channelId: string, error: unknown) => void;
}

/** Makes the view of a connector's channels over the directory. Does no input or output. */
export function createChannels<Settings>(options: ChannelsOptions<Settings>): Channels<Settings> {
  const { name, connector, directory, key, platformHosts, onTrouble } = options;
  const opened = new Map<string, { readonly entry: ChannelEntry; readonly channel: ChannelAccess<Settings> }>();
  const revisions = new WeakMap<ChannelAccess, number>();
  /** What cannot be opened stays so until it is changed: it is tried once, and told once. */
  const closed = new WeakMap<ChannelEntry, unknown>();

  const isOn = (entry: ChannelEntry | undefined): entry is ChannelEntry =>
    entry?.isActive === true && directory.tenant(entry.tenantId)?.isActive === true;
  const entryOf = (channelId: string) => {
    const entry = directory.channel(name, channelId);
    return isOn(entry) ? entry : undefined;
  };
  const find = (channelId: string) => {
    if (!directory.isLoaded) throw new TrunklineError('unavailable', 'the channels are not loaded yet');
    const entry = entryOf(channelId);
    if (entry === undefined) return undefined;
    const known = opened.get(channelId);
    if (known?.entry === entry) return known.channel;
    if (closed.has(entry)) throw closed.get(entry);
    try {
      const channel = openChannel(connector, entry, openSecrets(key, entry.sealedSecrets), platformHosts);
      opened.set(channelId, { entry, channel });
      revisions.set(channel, entry.revision);
      return channel;
    } catch (error) {
      closed.set(entry, error);
      onTrouble(channelId, error);
      throw error;
    }
  };
  directory.onChange(({ kind, id, isGone }) => {
    if (kind === 'channel' && isGone) opened.delete(id);
  });

  const ready = (channelId: string) => {
    try {
      return find(channelId);
    } catch {
      return undefined;
    }
  };
  /** Without a probe nobody would hear that the platform takes the account again: there sending itself finds out. */
  const isShut = (entry: ChannelEntry | undefined) =>
    connector.probe !== undefined && entry !== undefined && shutStates.has(entry.state);

  return {
    find,
    ready,
    usable: (channelId) => (isShut(entryOf(channelId)) ? undefined : ready(channelId)),
    revisionOf: (channel) => revisions.get(channel) ?? 0,
    trouble: (channelId) => {
      const entry = entryOf(channelId);
      if (entry === undefined || ready(channelId) !== undefined) return undefined;
      const error = closed.get(entry);
      return error instanceof Error ? error.message : undefined;
    },
    entry: entryOf,
    entries: () => directory.channels(name).filter(isOn),
  };
}

/** What a channel is made of, from the directory or from somebody who wants to connect it. */
export type ChannelParts = Pick<ChannelEntry, 'id' | 'tenantId' | 'connector' | 'accountId' | 'name' | 'settingsJson'> &
  Partial<Pick<ChannelEntry, 'accountName'>>;

/**
 * Opens a channel: its settings by the schema, its platform at a trusted address. Throws TrunklineError 'failed_precondition' when
 * they do not fit. Pure.
 */
export function openChannel<Settings>(
  connector: Connector<Settings>,
  { id, tenantId, connector: name, accountId, accountName, name: channelName, settingsJson }: ChannelParts,
  secrets: SecretValues,
  platformHosts: readonly string[] = [],
): ChannelAccess<Settings> {
  const given = jsonOf(settingsJson);
  const settings = connector.settings.safeParse(given);
  if (!settings.success) {
    const problems = settings.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    throw new TrunklineError('failed_precondition', `the settings of the channel are not valid: ${problems}`);
  }
  checkAddresses(connector, { ...(given as object) }, platformHosts);
  // Not enumerable: printing a channel shows no secret.
  const optionalSecret = (secretName: string) => (Object.hasOwn(secrets, secretName) ? secrets[secretName] : undefined);
  return {
    id,
    tenantId,
    connector: name,
    accountId,
    ...(accountName && { accountName }),
    name: channelName,
    settings: settings.data,
    optionalSecret,
    withoutSecrets: (text) => withoutSecrets(text, Object.values(secrets)),
    secret: (secretName) => {
      const value = optionalSecret(secretName);
      if (value !== undefined && value !== '') return value;
      throw new ConnectorError('auth_revoked', `the channel has no secret "${secretName}": connect it again`);
    },
  };
}

/** What is shorter than this is no secret, and stands everywhere. */
const shortestSecret = 4;

/** Secrets as they are, and as an address spells them. */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  const spelled = secrets
    .filter(({ length }) => length >= shortestSecret)
    .flatMap((one) => [one, encodeURIComponent(one)]);
  return spelled.reduce((shown, one) => shown.replaceAll(one, '***'), text);
}

/** What is no JSON fits no schema. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    return undefined;
  }
}
