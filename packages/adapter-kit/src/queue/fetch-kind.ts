import { type EgressItem, FileResult, type Media, MediaState } from '@trunkline/contracts';
import { type FileStore, type StoredFile, type Tracing, TrunklineError } from '@trunkline/runtime';
import type { ChannelAccess } from '../channel.ts';
import type { Connector } from '../connector.ts';
import { asConnectorError, ConnectorError } from '../connector-error.ts';
import type { Tools } from '../tools.ts';
import { withinCall } from '../within-call.ts';
import type { QueueKind, RunTools } from './lane.ts';
import type { Ending, QueuedOrder } from './order.ts';
import { createPacer } from './pacer.ts';
import { pausedIn, type SharedPauses } from './shared-pauses.ts';
import { verdictOf } from './verdict.ts';

/** What copying files needs. */
export interface FetchParts {
  readonly connector: Connector;
  readonly files: Pick<FileStore, 'put'>;
  readonly tracing: Tracing;
  readonly now: () => number;
  readonly settings: FetchSettings;
  readonly shared: SharedPauses;
  /** The channel, ready to be called; undefined while it is off or cannot be opened. */
  readonly channel: (channelId: string) => ChannelAccess | undefined;
  readonly toolsOf: (channel: ChannelAccess, signal: AbortSignal) => Tools;
  /** Stores a result at the door. */
  readonly report: (item: EgressItem, result: FileResult) => Promise<void>;
}

/** Settings of copying files. */
export interface FetchSettings {
  /** Longest copy, in milliseconds. */
  readonly timeoutMs: number;
  /** Largest file, in bytes. */
  readonly maxBytes: number;
  /** Files of a channel that are copied at once. */
  readonly slots: number;
}

const channelOffMs = 30_000;
const unlimited = { perSecond: 0, burst: 1 };

/** What a queue of orders to copy files does. One a channel. A copy may be made twice: the key of a file is its id. */
export function createFetchKind(parts: FetchParts, channelId: string): QueueKind {
  return {
    pacer: createPacer(
      () => unlimited,
      parts.settings.slots,
      () => parts.shared.untilMs(channelId),
    ),
    paceOf: () => unlimited,
    run: (order, tools) => runFetch(parts, order, tools),
  };
}

async function runFetch(parts: FetchParts, order: QueuedOrder, tools: RunTools): Promise<Ending> {
  if (order.item.order?.$case !== 'fetch') throw new Error('an order to fetch was expected');
  const { media, messageId } = order.item.order.value;
  const { channelId } = order.item;
  const finish = async (settled: Media | undefined, reason: string): Promise<Ending> => {
    const result = FileResult.create({
      channelId,
      messageId,
      ...(settled === undefined ? {} : { media: settled }),
      reason,
    });
    await tools.insist(() => parts.report(order.item, result));
    return { kind: 'done' };
  };
  if (media === undefined) return await finish(undefined, 'the order names no file');
  if (parts.now() >= order.expiresAtMs) {
    return await finish({ ...media, state: MediaState.MEDIA_STATE_FAILED }, 'expired');
  }
  const channel = parts.channel(channelId);
  if (channel === undefined) return { kind: 'wait', delayMs: channelOffMs, scope: 'channel', isTrouble: false };
  if (order.isSeenBefore) await tools.confirm();
  const copied = await copy(parts, media, channel, order).catch(asFetchError);
  if (!(copied instanceof ConnectorError)) return await finish(storedMedia(media, copied), '');
  const verdict = verdictOf(copied, { attempt: order.attempts + 1, isRepeatable: true, random: Math.random() });
  if (verdict.next === 'wait') return { kind: 'wait', ...verdict, scope: pausedIn(verdict, channel, parts) };
  const isTooLarge = copied.code === 'too_large';
  const state = isTooLarge ? MediaState.MEDIA_STATE_TOO_LARGE : MediaState.MEDIA_STATE_FAILED;
  return await finish({ ...media, state }, copied.code);
}

async function copy(parts: FetchParts, media: Media, channel: ChannelAccess, order: QueuedOrder): Promise<StoredFile> {
  const { connector, files, settings, tracing } = parts;
  const { download } = connector;
  if (download === undefined) throw new ConnectorError('unsupported', 'files of this messenger cannot be copied');
  const options = { parent: order.item.traceparent, kind: 'client' } as const;
  const run = async (signal: AbortSignal) => {
    const found = await download(media, channel, parts.toolsOf(channel, signal));
    // Whatever comes is capped all the same; this only spares what the platform itself says is in vain.
    if (found.sizeBytes > settings.maxBytes)
      throw new ConnectorError('too_large', 'the file is larger than is kept here');
    const mimeType = found.mimeType || media.mimeType;
    const wanted = { key: media.id, maxBytes: settings.maxBytes, mimeType, name: media.name || found.name };
    return await files.put(until(found.stream, signal), wanted);
  };
  return await tracing.span('copy file', options, () => withinCall(settings.timeoutMs, run));
}

/** Ends a stream that is slower than the whole copy may be. */
async function* until(stream: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const bytes of stream) {
    if (signal.aborted) throw new ConnectorError('transient', 'the file came too slowly');
    yield bytes;
  }
}

/** What our own store refuses is told by its own code. */
function asFetchError(error: unknown): ConnectorError {
  if (!(error instanceof TrunklineError)) return asConnectorError(error);
  const code = error.code === 'too_large' ? 'too_large' : 'transient';
  return new ConnectorError(code, error.message, { cause: error });
}

function storedMedia(media: Media, stored: StoredFile): Media {
  return {
    ...media,
    state: MediaState.MEDIA_STATE_STORED,
    mimeType: stored.mimeType,
    sizeBytes: stored.sizeBytes,
    sha256: stored.sha256,
    name: media.name || stored.name,
    source: { platformFileId: '', url: '', expiresAt: undefined, ...media.source, objectKey: stored.key },
  };
}
