import type { Directory } from '@trunkline/runtime';
import type { Connector } from '../connector.ts';
import { jsonOrNothing } from '../safe-json.ts';

/** Which channels share an address of the hook. */
export type SharedAddresses = (key: string) => readonly string[];

/** Watches the channels of a connector for what address they share. Does no input or output. */
export function watchSharedAddresses<Settings>(
  name: string,
  { settings, hook }: Pick<Connector<Settings>, 'settings' | 'hook'>,
  directory: Pick<Directory, 'channels' | 'channel' | 'onChange'>,
): SharedAddresses {
  const shared = hook?.shared;
  if (shared === undefined) return () => [];
  const keys = new Map<string, string>();
  const channels = new Map<string, Set<string>>();

  const forget = (id: string) => {
    const key = keys.get(id);
    if (key === undefined) return;
    keys.delete(id);
    channels.get(key)?.delete(id);
    if (channels.get(key)?.size === 0) channels.delete(key);
  };
  const keep = (id: string, settingsJson: string) => {
    forget(id);
    const read = settings.safeParse(jsonOrNothing(settingsJson === '' ? '{}' : settingsJson));
    if (!read.success) return;
    const key = shared.key(read.data);
    keys.set(id, key);
    const others = channels.get(key) ?? new Set();
    channels.set(key, others.add(id));
  };
  directory.onChange(({ kind, id, isGone }) => {
    if (kind !== 'channel') return;
    const entry = isGone ? undefined : directory.channel(name, id);
    if (entry === undefined) forget(id);
    else keep(id, entry.settingsJson);
  });
  for (const { id, settingsJson } of directory.channels(name)) keep(id, settingsJson);
  return (key) => [...(channels.get(key) ?? [])];
}
