import { createHash } from 'node:crypto';
import { answerFile, type DoubleRequest, type Form, type Reaction } from '@trunkline/testkit/simulator';
import { type Account, type StoredMedia, storeMedia } from './account.ts';
import { type ReadMessage, refusal } from './read-message.ts';
import { type Fields, keptDays, linkLivesMs, mediaLimits } from './types.ts';

/** POST /<number>/media. Throws GraphError. */
export function uploadMedia(account: Account, { fields, files }: Form): Fields {
  if (fields.messaging_product !== 'whatsapp') throw refusal(131008, 'The parameter messaging_product is required.');
  const file = files.get('file');
  if (file === undefined) throw refusal(131008, 'The parameter file is required.');
  const mimeType = plainType(file.mimeType === 'application/octet-stream' ? String(fields.type ?? '') : file.mimeType);
  const limits = Object.values(mediaLimits).find(({ types }) => types.includes(mimeType));
  if (limits === undefined)
    throw refusal(100, `Param file must be a file with one of the known types. Received file of type '${mimeType}'.`);
  if (file.bytes.length > limits.maxBytes) throw refusal(131053, `The file is larger than ${limits.maxBytes} bytes.`);
  return { id: storeMedia(account, { ...file, mimeType }, keptDays.uploaded).id };
}

/** GET /<media>: where it can be fetched now. Undefined for what is no media of ours. */
export function describeMedia(account: Account, id: string, url: string): Fields | undefined {
  const media = account.media.get(id);
  if (media === undefined) return undefined;
  if (media.keptUntilMs < account.now()) throw refusal(131052, 'Media file not found or expired.');
  const { mimeType: mime_type, sha256, bytes } = media;
  return {
    messaging_product: 'whatsapp',
    url: linkTo(account, media, url),
    mime_type,
    sha256,
    file_size: bytes.length,
    id,
  };
}

/** A link that lives for five minutes. */
export function linkTo(account: Account, { id }: StoredMedia, url: string): string {
  const until = account.now() + linkLivesMs;
  return `${url}/whatsapp_business/attachments/?mid=${id}&source=getMedia&ext=${until}&hash=${sign(id, until)}`;
}

/** Gives the bytes of a link out, to whoever has the token. */
export function fetchMedia(account: Account, { url, headers }: DoubleRequest): Reaction {
  const gone: Reaction = { status: 404, body: '' };
  if (headers.authorization !== `Bearer ${account.token}` || account.isRevoked) return { status: 401, body: '' };
  const { mid = '', ext = '', hash } = Object.fromEntries(url.searchParams);
  const isAlive = Number(ext) > account.now() && hash === sign(mid, Number(ext));
  return answerFile(account.troubles, isAlive ? account.media.get(mid) : undefined, gone);
}

function sign(id: string, until: number): string {
  return createHash('sha256').update(`${id} ${until} simulated`).digest('hex').slice(0, 16);
}

const fetchLimitMs = 5_000;

/** Looks for every file that a message names, and fetches links as the platform does. Tells the code of what is wrong. */
export async function checkMedia(account: Account, message: ReadMessage): Promise<number | undefined> {
  for (const { kind, id, link } of mediaIn({ [message.type]: message.content })) {
    const media = link === undefined ? account.media.get(id ?? '') : await download(account, link);
    if (media === undefined || media.keptUntilMs < account.now()) return link === undefined ? 131053 : 131052;
    const { types, maxBytes } = mediaLimits[kind] ?? { types: [], maxBytes: 0 };
    const isOfKind = kind === 'document' || types.includes(media.mimeType);
    if (!isOfKind || media.bytes.length > maxBytes) return 131053;
  }
  return undefined;
}

/** A file that a message names. */
export interface NamedMedia {
  readonly kind: string;
  readonly id?: string;
  readonly link?: string;
}

/** Every file in a message, wherever it stands: under its kind, in a header, in a template's parameter. */
export function mediaIn(content: unknown): NamedMedia[] {
  if (typeof content !== 'object' || content === null) return [];
  return Object.entries(content).flatMap(([kind, inner]) =>
    Object.hasOwn(mediaLimits, kind) ? [{ kind, ...(inner as { id?: string; link?: string }) }] : mediaIn(inner),
  );
}

async function download(account: Account, link: string): Promise<StoredMedia | undefined> {
  try {
    const response = await fetch(link, { signal: AbortSignal.timeout(fetchLimitMs) });
    if (!response.ok) return undefined;
    const bytes = new Uint8Array(await response.arrayBuffer());
    const mimeType = plainType(response.headers.get('content-type') ?? 'application/octet-stream');
    return storeMedia(account, { bytes, mimeType, name: new URL(link).pathname.split('/').at(-1) ?? '' }, 1);
  } catch {
    return undefined;
  }
}

function plainType(type: string): string {
  return type.split(';')[0]?.trim() ?? '';
}
