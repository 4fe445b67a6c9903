import { type Media, MediaState, mediaOf, type SendOrder } from '@trunkline/contracts';
import {
  type FileStore,
  type OuterHttp,
  type OuterResponse,
  type StoredFile,
  TrunklineError,
} from '@trunkline/runtime';
import { ConnectorError } from '../connector-error.ts';
import { withinCall } from '../within-call.ts';
import { contentOf, withFiles } from './order-files.ts';

/** What copying a company's own files needs. */
export interface OwnFilesParts {
  /** HTTP to the addresses that a tenant names: public ones only, unless the tenant is trusted with more. */
  readonly httpFor: (tenantId: string) => Pick<OuterHttp, 'call'>;
  readonly files: Pick<FileStore, 'put' | 'info'>;
  readonly settings: { readonly timeoutMs: number; readonly maxBytes: number };
}

/** An order whose files are all ours, and those of them that were the company's until now. */
export interface Brought {
  readonly send: SendOrder;
  readonly copied: readonly Media[];
}

/**
 * Copies the files that a company named by an address, before the order is sent, so that whatever the platform wants, bytes
 * or a link, is there. A copy is kept under the file's id: done twice it is read once. Throws ConnectorError 'transient'
 * when it may be tried again, 'media_failed' and 'too_large' for ever.
 */
export async function bringFiles(send: SendOrder, tenantId: string, parts: OwnFilesParts): Promise<Brought> {
  const content = contentOf(send);
  const pending = content === undefined ? [] : mediaOf(content).filter(isElsewhere);
  const copied = new Map<string, Media>();
  for (const media of pending) copied.set(media.id, await copy(media, tenantId, parts));
  if (copied.size === 0) return { send, copied: [] };
  return { send: withFiles(send, (media) => copied.get(media.id) ?? media), copied: [...copied.values()] };
}

/** The files of an order that the company keeps elsewhere, as they are when they could not be copied. Pure. */
export function failedFiles(send: SendOrder, { code }: ConnectorError): Media[] {
  const content = contentOf(send);
  const state = code === 'too_large' ? MediaState.MEDIA_STATE_TOO_LARGE : MediaState.MEDIA_STATE_FAILED;
  return content === undefined
    ? []
    : mediaOf(content).flatMap((media) => (isElsewhere(media) ? [{ ...media, state }] : []));
}

function isElsewhere({ state, source }: Media): boolean {
  return state === MediaState.MEDIA_STATE_PENDING && source !== undefined && source.url !== '';
}

async function copy(media: Media, tenantId: string, { httpFor, files, settings }: OwnFilesParts): Promise<Media> {
  const known = await files.info(media.id).catch(unreadable);
  if (known !== undefined) return storedMedia(media, known);
  const run = async (signal: AbortSignal) => {
    const url = media.source?.url ?? '';
    const request = { url, method: 'GET', headers: {}, body: undefined, ...settings, signal };
    const answer = await httpFor(tenantId).call(request).catch(unreachable);
    if (answer.status !== 200) throw await refused(answer);
    const mimeType = answer.headers['content-type']?.split(';', 1)[0]?.trim() || media.mimeType;
    const wanted = { key: media.id, maxBytes: settings.maxBytes, mimeType, name: media.name };
    return await files.put(answer.stream, wanted).catch(unreachable);
  };
  return storedMedia(media, await withinCall(settings.timeoutMs, run).catch(unreachable));
}

function storedMedia(media: Media, stored: StoredFile): Media {
  return {
    ...media,
    state: MediaState.MEDIA_STATE_STORED,
    ...{ mimeType: stored.mimeType, sizeBytes: stored.sizeBytes, sha256: stored.sha256 },
    name: media.name || stored.name,
    source: { platformFileId: '', url: '', expiresAt: undefined, objectKey: stored.key },
  };
}

/** The words of a refusal are not worth reading, but its connection has to be let go. */
async function refused({ status, stream }: OuterResponse): Promise<ConnectorError> {
  for await (const _ of stream) break;
  const isPassing = status >= 500 || status === 429;
  const what = `the address of the file answered with status ${status}`;
  const isMoved = status >= 300 && status < 400;
  const why = isMoved ? `${what}: redirects are not followed` : what;
  return new ConnectorError(isPassing ? 'transient' : 'media_failed', why, { platformCode: `${status}` });
}

function unreadable(cause: unknown): never {
  throw new ConnectorError('transient', 'a file of ours cannot be read now', { cause });
}

function unreachable(error: unknown): never {
  if (error instanceof ConnectorError) throw error;
  const code = error instanceof TrunklineError ? error.code : 'internal';
  if (code === 'permission_denied') throw new ConnectorError('media_failed', 'the address of the file is not public');
  if (code === 'too_large') throw new ConnectorError('too_large', 'the file is larger than is copied here');
  throw new ConnectorError('transient', 'the file cannot be fetched from its address now', { cause: error });
}
