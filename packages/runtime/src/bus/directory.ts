import type { NatsConnection } from '@nats-io/transport-node';
import {
  ApiKeyEntry,
  buckets,
  ChannelEntry,
  ConnectorEntry,
  directoryKeys,
  PortalEntry,
  rightsOf,
  TenantEntry,
} from '@trunkline/contracts';
import { type WatchedMessage, watchBucket } from './watch-bucket.ts';

/** An entry that came, changed or went. */
export interface DirectoryChange {
  readonly kind: EntryKind;
  /** Its key in the bucket: `channel.telegram.<id>`. */
  readonly key: string;
  /** Id of the tenant, portal or channel, name of the connector, hash of the API key. */
  readonly id: string;
  readonly isGone: boolean;
}

/**
 * Settings of tenants, portals, channels and connectors, as far as the service may see them, watched into memory; answers
 * at once and never does input or output. Not loaded: nobody knows, callers answer 503. Loaded and undefined: there is no such thing.
 */
export interface Directory {
  /** Stays true while the bus is away: what is known is still the best that is known. */
  readonly isLoaded: boolean;
  /** Resolves once it is loaded. */
  readonly loaded: Promise<void>;
  tenant(id: string): TenantEntry | undefined;
  portal(id: string): PortalEntry | undefined;
  channel(connector: string, id: string): ChannelEntry | undefined;
  /** All channels of a connector. */
  channels(connector: string): readonly ChannelEntry[];
  connector(name: string): ConnectorEntry | undefined;
  connectors(): readonly ConnectorEntry[];
  /** By the hash of the key. */
  apiKey(hash: string): ApiKeyEntry | undefined;
  /** Calls with every change, also while it loads; returns what ends that. */
  onChange(listener: (change: DirectoryChange) => void): () => void;
}

/** Kinds of entries: the first word of their keys. */
export type EntryKind = keyof Entries;

interface Entries {
  readonly tenant: TenantEntry;
  readonly portal: PortalEntry;
  readonly channel: ChannelEntry;
  readonly connector: ConnectorEntry;
  readonly apikey: ApiKeyEntry;
}

const codecs: { readonly [Kind in EntryKind]: { decode(bytes: Uint8Array): Entries[Kind] } } = {
  tenant: TenantEntry,
  portal: PortalEntry,
  channel: ChannelEntry,
  connector: ConnectorEntry,
  apikey: ApiKeyEntry,
};

/** What {@link watchDirectory} wants. */
export interface DirectoryOptions {
  /** Its rights say what it watches. */
  readonly service: string;
  readonly signal: AbortSignal;
  /** Hears of entries that cannot be read, and why watching has to begin again. */
  readonly onTrouble?: (error: unknown) => void;
}

/** Filters of the directory bucket that a service watches, without the doors' flags, which are no entries. Pure. */
export function directoryFilters(service: string): readonly string[] {
  return (rightsOf(service, []).directory ?? []).filter((filter) => !doorFlags.has(filter));
}

const doorFlags: ReadonlySet<string> = new Set([directoryKeys.tenantRoom('*'), directoryKeys.allRoom()]);

/** Begins to watch; `watching` ends, without an error, with the signal. */
export function watchDirectory(
  nats: NatsConnection,
  { service, signal, onTrouble }: DirectoryOptions,
): { readonly directory: Directory; readonly watching: Promise<void> } {
  const memory = createDirectoryMemory(onTrouble);
  const filters = directoryFilters(service);
  const waiting = new Set(filters);
  const oneLoaded = (filter: string) => {
    waiting.delete(filter);
    if (waiting.size === 0) memory.setLoaded();
  };
  if (waiting.size === 0) memory.setLoaded();
  const watches = filters.map((filter) =>
    watchBucket(nats, {
      bucket: buckets.directory,
      filter,
      signal,
      onTrouble,
      onMessage: memory.take,
      onLoaded: () => oneLoaded(filter),
    }),
  );
  return { directory: memory.directory, watching: Promise.all(watches).then(() => {}) };
}

/** The memory behind a directory, filled by messages of the bucket. Tests fill it by hand. */
export function createDirectoryMemory(onTrouble?: (error: unknown) => void): DirectoryMemory {
  // By what is asked with, not by the bucket's key: making that for each question was a thirtieth of delivery's work.
  const all = {
    tenant: new Map<string, TenantEntry>(),
    portal: new Map<string, PortalEntry>(),
    connector: new Map<string, ConnectorEntry>(),
    apikey: new Map<string, ApiKeyEntry>(),
  };
  const channels = new Map<string, Map<string, ChannelEntry>>();
  const listeners = new Set<(change: DirectoryChange) => void>();
  const loaded = Promise.withResolvers<void>();
  let isLoaded = false;

  const channelsOf = (connector: string) => {
    const known = channels.get(connector) ?? new Map<string, ChannelEntry>();
    channels.set(connector, known);
    return known;
  };
  const mapOf = (kind: EntryKind, key: string): Map<string, Entries[EntryKind]> =>
    kind === 'channel' ? channelsOf(key.split('.')[1] ?? '') : all[kind];
  const directory: Directory = {
    get isLoaded() {
      return isLoaded;
    },
    loaded: loaded.promise,
    tenant: (id) => all.tenant.get(id),
    portal: (id) => all.portal.get(id),
    channel: (connector, id) => channels.get(connector)?.get(id),
    channels: (connector) => [...(channels.get(connector)?.values() ?? [])],
    connector: (name) => all.connector.get(name),
    connectors: () => [...all.connector.values()],
    apiKey: (hash) => all.apikey.get(hash),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    directory,
    setLoaded: () => {
      isLoaded = true;
      loaded.resolve();
    },
    take: ({ key, value }) => {
      const kind = key.slice(0, key.indexOf('.'));
      if (!isEntryKind(kind)) return;
      const id = key.slice(key.lastIndexOf('.') + 1);
      try {
        const entry = value && codecs[kind].decode(value);
        if (entry === undefined) mapOf(kind, key).delete(id);
        else mapOf(kind, key).set(id, entry);
      } catch (error) {
        // The former entry stays: an entry that cannot be read is a mistake of whoever wrote it.
        return onTrouble?.(error);
      }
      const change = { kind, key, id, isGone: value === undefined };
      for (const listener of [...listeners]) listener(change);
    },
  };
}

/** See {@link createDirectoryMemory}. */
export interface DirectoryMemory {
  readonly directory: Directory;
  readonly take: (message: Pick<WatchedMessage, 'key' | 'value'>) => void;
  readonly setLoaded: () => void;
}

function isEntryKind(word: string): word is EntryKind {
  return Object.hasOwn(codecs, word);
}
