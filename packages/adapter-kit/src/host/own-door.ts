import { ids, Media, MediaState } from '@trunkline/contracts';
import {
  asTrunklineError,
  type Door,
  type FileStore,
  openSockets,
  type Runtime,
  type StoredFile,
  type TenantRates,
} from '@trunkline/runtime';
import type { ChannelAccess } from '../channel.ts';
import { ConnectorError } from '../connector-error.ts';
import type { ConnectorHost, Tools } from '../tools.ts';
import type { Channels } from './channels.ts';
import type { HostConfig } from './config.ts';
import { enterCall } from './entrance.ts';
import { openOurFile } from './lent-tools.ts';
import { createTurns } from './turns.ts';

/** What a connector with a door of its own is lent. */
export interface OwnDoorParts<Settings> {
  readonly runtime: Pick<Runtime<HostConfig>, 'config' | 'http' | 'log' | 'now' | 'signal' | 'tracing'>;
  readonly channels: Channels<Settings>;
  readonly door: Pick<Door, 'enter'>;
  readonly rates: TenantRates;
  readonly files: Pick<FileStore, 'put' | 'open'>;
  readonly toolsOf: (channel: ChannelAccess<Settings>, signal: AbortSignal) => Tools;
}

const mostWaiting = 100;
const longestWaitMs = 5_000;

/** Makes the host of a connector that serves its own clients. Does no input or output. */
export function createOwnDoor<Settings>(parts: OwnDoorParts<Settings>): ConnectorHost<Settings> {
  const { channels, door, rates, files, toolsOf } = parts;
  const { http, log, now, signal, tracing, config } = parts.runtime;
  const sockets = openSockets(http, (error) => log.error('A socket failed', { error }));
  const turns = createTurns(mostWaiting, longestWaitMs);
  return {
    signal,
    now,
    http,
    publicUrl: config.PUBLIC_URL,
    onSocket: sockets.on,
    channel: (channelId) => unavailable(() => channels.find(channelId)),
    tools: (channel) => toolsOf(channel, signal),
    openFile: (media) => openOurFile(files, media),
    enter: async (channel, raw, events) => {
      unavailable(() => rates.take(channel.tenantId));
      const conversation = events[0]?.conversation?.platformId ?? '';
      const store = (traceparent: string | undefined) =>
        enterCall(door, channel, { raw, events, traceparent, parseError: '', receivedAtMs: now() });
      await tracing
        .span('hook', { isRoot: true, kind: 'server' }, (span) =>
          turns.take(`${channel.id} ${conversation}`, () => store(span.traceparent)),
        )
        .catch(asUnavailable);
    },
    putFile: async (channel, file) => {
      const id = ids.media(channel.id, file.uploadId);
      const { stream, maxBytes, name } = file;
      return ourMedia(id, await files.put(stream, { key: id, maxBytes, name }).catch(asRefusedFile));
    },
  };
}

function ourMedia(id: string, { key, mimeType, sizeBytes, sha256, name }: StoredFile): Media {
  const source = { platformFileId: '', url: '', expiresAt: undefined, objectKey: key };
  return Media.create({ id, mimeType, sizeBytes, sha256, name, state: MediaState.MEDIA_STATE_STORED, source });
}

/** Whatever our own servers cannot do now is 'unavailable' to a client. */
function asUnavailable(error: unknown): never {
  const { message } = asTrunklineError(error);
  throw new ConnectorError('unavailable', message, { cause: error });
}

function asRefusedFile(error: unknown): never {
  const { code, message } = asTrunklineError(error);
  throw new ConnectorError(code === 'too_large' ? 'too_large' : 'unavailable', message, { cause: error });
}

function unavailable<T>(look: () => T): T {
  try {
    return look();
  } catch (error) {
    return asUnavailable(error);
  }
}
