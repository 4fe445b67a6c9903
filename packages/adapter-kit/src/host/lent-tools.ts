import type { Media, SendOrder } from '@trunkline/contracts';
import { type FileStore, type HintBus, type OuterHttp, signFileUrl } from '@trunkline/runtime';
import type { ChannelAccess } from '../channel.ts';
import type { Connector } from '../connector.ts';
import { ConnectorError } from '../connector-error.ts';
import { keyOf } from '../queue/order-files.ts';
import type { SentMessages } from '../queue/sent-messages.ts';
import type { ChannelState, Download, SendTools, Tools } from '../tools.ts';
import { createGuardedFetch, type FetchLimits } from './guarded-fetch.ts';

/** What the tools of a connector are made of. */
export interface LentParts<Settings> {
  readonly connector: Connector<Settings>;
  readonly http: OuterHttp;
  readonly stateOf: (channelId: string) => ChannelState;
  readonly hints: HintBus;
  readonly files: Pick<FileStore, 'open'>;
  readonly sent: SentMessages;
  readonly links: LinkSettings;
  readonly now: () => number;
  /** Hears of the platform's answers. */
  readonly onAnswer?: NonNullable<FetchLimits['onAnswer']>;
}

/** How links to files are made. */
export interface LinkSettings {
  readonly publicUrl: string;
  /** Undefined: no links. */
  readonly key: string | undefined;
}

/** Platforms that fetch a file themselves do it soon; what they show to people they copy. */
const linkMs = 30 * 24 * 60 * 60 * 1_000;

/** Makes the tools for one call. Does no input or output. */
export function lendTools<Settings>(
  parts: LentParts<Settings>,
  channel: ChannelAccess<Settings>,
  signal: AbortSignal,
): Tools {
  const { connector, http, hints, now } = parts;
  const onAnswer = parts.onAnswer && showingNoSecret(parts.onAnswer, channel);
  const makeFetch = () =>
    createGuardedFetch({ http, hosts: connector.hosts?.(channel.settings), signal, ...(onAnswer && { onAnswer }) });
  let guarded: ReturnType<typeof makeFetch> | undefined;
  return {
    signal,
    now,
    // Made with the first call: a proof of a hook call is lent the tools, and hardly ever uses them.
    fetch: (...asked) => {
      guarded ??= makeFetch();
      return guarded(...asked);
    },
    state: parts.stateOf(channel.id),
    hints: {
      tell: (topic, hint = new Uint8Array()) => hints.tell(channel.id, topic, hint),
      listen: (topic, listener, until) => hints.listen(channel.id, topic, listener, until),
    },
  };
}

type OnAnswer = NonNullable<FetchLimits['onAnswer']>;

/** A token may stand in the path of a call, and whoever hears of the answer keeps the path. */
function showingNoSecret(onAnswer: OnAnswer, { withoutSecrets = (text) => text }: ChannelAccess): OnAnswer {
  return (call, body) => onAnswer({ ...call, path: withoutSecrets(call.path) }, body);
}

/** Makes the tools for sending one order. Does no input or output. */
export function lendSendTools<Settings>(
  parts: LentParts<Settings>,
  channel: ChannelAccess<Settings>,
  { targets, targetPart }: Pick<SendOrder, 'targets' | 'targetPart'>,
  signal: AbortSignal,
): SendTools {
  return {
    ...lendTools(parts, channel, signal),
    openFile: (media) => openOurFile(parts.files, media),
    fileUrl: (media) => fileUrl(parts, media),
    platformIdsOf: async (messageId) => {
      // What came, the order tells; what was sent, we know ourselves.
      const received = targets.find((target) => target.messageId === messageId);
      if (received !== undefined) {
        const { platformIds, conversationPlatformId } = received;
        return platformIds.map((platformId) => ({ platformId, conversationPlatformId }));
      }
      return await parts.sent.platformIdsOf(channel.id, messageId, targetPart).catch((cause: unknown) => {
        throw new ConnectorError('transient', 'the ids of a message cannot be read now', { cause });
      });
    },
  };
}

/** Bytes of a file of ours. Throws ConnectorError 'transient' when they cannot be read now, 'media_failed' for ever. */
export async function openOurFile(files: Pick<FileStore, 'open'>, media: Media): Promise<Download> {
  const opened = await files.open(keyOf(media)).catch((cause: unknown) => {
    throw new ConnectorError('transient', 'a file of ours cannot be read now', { cause });
  });
  if (opened === undefined) throw new ConnectorError('media_failed', 'the file is not there any more');
  const { file } = opened;
  const stream = readable(opened.stream);
  return { stream, sizeBytes: file.sizeBytes, mimeType: file.mimeType, name: media.name || file.name };
}

/** A store that goes away in the middle of a file comes back. */
async function* readable(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (cause) {
    throw new ConnectorError('transient', 'a file of ours could not be read to its end', { cause });
  }
}

function fileUrl({ links, now }: Pick<LentParts<unknown>, 'links' | 'now'>, media: Media): string {
  if (links.key === undefined) throw new ConnectorError('unsupported', 'FILES_KEY is not set, so there are no links');
  const path = signFileUrl({ key: keyOf(media), expiresAtMs: now() + linkMs }, links.key);
  return new URL(path, links.publicUrl).href;
}
