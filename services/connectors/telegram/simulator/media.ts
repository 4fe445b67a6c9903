import { createHash } from 'node:crypto';
import { ApiFailure, badRequest } from './api-failure.ts';
import type { Bot, StoredFile } from './bot.ts';
import type { Call, Fields, UploadedFile } from './types.ts';

/** Kinds of files, by the name of the message's field. */
export type MediaKind = 'photo' | 'document' | 'video' | 'audio' | 'voice' | 'animation' | 'video_note' | 'sticker';

const megabyte = 1_024 * 1_024;
const uploadMaxBytes = 50 * megabyte;
const photoMaxBytes = 10 * megabyte;
const fetchTimeoutMs = 5_000;

/** Keeps bytes. The unique id follows from the bytes, the other one is new each time: so it is on the platform. */
export function storeFile(bot: Bot, kind: MediaKind, file: UploadedFile): StoredFile {
  const unique = createHash('sha256').update(file.bytes).digest('base64url').slice(0, 14);
  const number = bot.files.size + 1;
  const extension = /\.[A-Za-z0-9]{1,8}$/.exec(file.name)?.[0] ?? '.bin';
  const stored: StoredFile = {
    file_id: `AgAC${number}_${unique}`,
    file_unique_id: `AQAD${unique}`,
    path: `${kind}s/file_${number}${extension}`,
    ...file,
  };
  bot.files.set(stored.file_id, stored);
  return stored;
}

/** The file that a parameter names: as a known id, an address, or an upload. */
export async function fileFor(bot: Bot, kind: MediaKind, call: Call, value: unknown): Promise<StoredFile> {
  const given = typeof value === 'string' ? value : '';
  const upload = call.files.get(given.startsWith('attach://') ? given.slice('attach://'.length) : kind);
  if (upload !== undefined) return storeFile(bot, kind, checked(kind, upload));
  if (/^https?:\/\//.test(given)) return storeFile(bot, kind, checked(kind, await fetchFile(given)));
  const known = bot.files.get(given);
  if (known !== undefined) return known;
  if (given === '') throw badRequest(`there is no ${kind.replace('_', ' ')} in the request`);
  throw badRequest('wrong file identifier/HTTP URL specified');
}

function checked(kind: MediaKind, file: UploadedFile): UploadedFile {
  if (file.bytes.length === 0) throw badRequest('file must be non-empty');
  if (file.bytes.length > uploadMaxBytes) throw new ApiFailure(413, 'Request Entity Too Large');
  if (kind !== 'photo') return file;
  if (file.bytes.length > photoMaxBytes) throw badRequest('file is too big for a photo');
  if (!isPicture(file.bytes)) throw badRequest('IMAGE_PROCESS_FAILED');
  return file;
}

function isPicture(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  return (
    head.startsWith('\x89PNG') ||
    head.startsWith('\xff\xd8\xff') ||
    head.startsWith('GIF8') ||
    /^RIFF.{4}WEBP/s.test(head)
  );
}

async function fetchFile(url: string): Promise<UploadedFile> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(fetchTimeoutMs) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const mimeType = response.headers.get('content-type') ?? 'application/octet-stream';
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { name: new URL(url).pathname.split('/').at(-1) ?? '', mimeType, bytes };
  } catch {
    throw badRequest('failed to get HTTP URL content');
  }
}

/** How a message shows a file: a photo in several sizes, anything else once. */
export function mediaFields(kind: MediaKind, file: StoredFile, params: Fields = {}): Fields {
  const { file_id, file_unique_id, name, mimeType } = file;
  const base = { file_id, file_unique_id, file_size: file.bytes.length };
  const named = { ...base, file_name: name, mime_type: mimeType };
  const given = (field: string, usual: number) => Number(params[field] ?? usual);
  const frame = { width: given('width', 720), height: given('height', 1_280), duration: given('duration', 14) };
  switch (kind) {
    case 'photo': {
      const small = {
        file_id: `${file_id}s`,
        file_unique_id: `${file_unique_id}s`,
        width: 90,
        height: 67,
        file_size: 1_201,
      };
      return { photo: [small, { ...base, width: 1_280, height: 960 }] };
    }
    case 'document':
      return { document: named };
    case 'video':
      return { video: { ...named, ...frame } };
    case 'animation': {
      const animation = { ...named, ...frame };
      return { animation, document: named };
    }
    case 'audio':
      return { audio: { ...named, duration: given('duration', 181) } };
    case 'voice':
      return { voice: { ...base, mime_type: mimeType, duration: given('duration', 7) } };
    case 'video_note':
      return { video_note: { ...base, length: given('length', 384), duration: given('duration', 9) } };
    case 'sticker': {
      const looks = { is_animated: mimeType === 'application/x-tgsticker', is_video: mimeType === 'video/webm' };
      return { sticker: { ...base, type: 'regular', width: 512, height: 512, ...looks, emoji: '👍' } };
    }
  }
}
