import {
  ApiKeyEntry,
  ChannelEntry,
  ConnectorEntry,
  directoryKeys,
  PortalEntry,
  PortalKey,
  TenantEntry,
} from '@trunkline/contracts';
import { channelStates } from '../domain/channel-health.ts';
import type {
  ApiKeyDocument,
  ChannelDocument,
  ConnectorDocument,
  LineDocument,
  PortalDocument,
  TenantDocument,
} from '../store/documents.ts';

/** One entry of the directory bucket. */
export interface BucketEntry {
  readonly key: string;
  readonly value: Uint8Array;
}

/** tenant.<id>. Pure, like all below. */
export function tenantEntry({ _id, isActive, rate }: TenantDocument): BucketEntry {
  return { key: directoryKeys.tenant(_id), value: TenantEntry.encode({ id: _id, isActive, rate }).finish() };
}

/** portal.<id>. */
export function portalEntry({ _id, tenantId, name, url, isActive, settings, keys = [] }: PortalDocument): BucketEntry {
  const told = keys.map((key) => PortalKey.fromPartial(key));
  const entry = { id: _id, tenantId, name, url, isActive, settings, keys: told };
  return { key: directoryKeys.portal(_id), value: PortalEntry.encode(entry).finish() };
}

/** channel.<connector>.<id>: a channel of a line that is off, or of none, has no portal. */
export function channelEntry(channel: ChannelDocument, line: LineDocument | undefined): BucketEntry {
  const { _id, tenantId, connector, name, lineId, isActive, settingsJson, sealedSecrets, revision, hookUrl } = channel;
  const portalId = line?.isActive ? line.portalId : '';
  const known = {
    id: _id,
    tenantId,
    connector,
    name,
    lineId,
    portalId,
    isActive,
    settingsJson,
    sealedSecrets,
    revision,
    hookUrl,
  };
  const health = { state: channelStates[channel.state], tokenEndsAt: channel.tokenEndsAt ?? undefined };
  const account = { accountId: channel.accountId ?? '', accountName: channel.accountName };
  const value = ChannelEntry.encode({ ...known, ...health, ...account }).finish();
  return { key: directoryKeys.channel(connector, _id), value };
}

/** connector.<name>. */
export function connectorEntry(connector: ConnectorDocument): BucketEntry {
  const { _id: name, capabilitiesByKind = {}, capabilitiesBySubchannel = {}, secretNames, ...told } = connector;
  const entry = { ...told, name, capabilitiesByKind, capabilitiesBySubchannel, secretNames: [...secretNames] };
  return { key: directoryKeys.connector(name), value: ConnectorEntry.encode(entry).finish() };
}

/** apikey.<hash>. */
export function apiKeyEntry({ _id, tenantId, isActive, hash }: ApiKeyDocument): BucketEntry {
  return { key: directoryKeys.apiKey(hash), value: ApiKeyEntry.encode({ id: _id, tenantId, isActive }).finish() };
}
