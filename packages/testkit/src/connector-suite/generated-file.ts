import type { Capabilities } from '@trunkline/contracts';
import fc from 'fast-check';

/** How files of a type begin: platforms look there, not at the name. */
const beginnings: Readonly<Record<string, string>> = {
  'image/png': '\x89PNG\r\n\x1a\n',
  'image/jpeg': '\xff\xd8\xff\xe0',
  'image/gif': 'GIF89a',
  'image/webp': 'RIFF\x24\x00\x00\x00WEBPVP8 ',
  'audio/ogg': 'OggS',
  'video/mp4': '\x00\x00\x00\x18ftypmp42',
  'application/pdf': '%PDF-1.7\n',
};

/** Where a channel takes every type or size. */
const usualTypes: Readonly<Record<string, string>> = {
  ...{ image: 'image/png', sticker: 'image/webp', animation: 'image/gif', video: 'video/mp4', videoNote: 'video/mp4' },
  ...{ audio: 'audio/mpeg', voice: 'audio/ogg', file: 'application/pdf' },
};
const usualBytes = 1_000;

/** Files of a kind that the channel takes: of each of its types, and small ones. */
export function fileWithin(kind: string, capabilities: Capabilities): fc.Arbitrary<object> {
  return fc
    .constantFrom(...typesWithin(kind, capabilities))
    .map((type) => fileOf(kind, type, bytesWithin(kind, capabilities)));
}

/** The largest file of a kind that the channel takes; undefined where no size is said. */
export function largestFile(kind: string, capabilities: Capabilities): object | undefined {
  const { maxBytes = 0 } = capabilities.content[kind] ?? {};
  const [type = ''] = typesWithin(kind, capabilities);
  return maxBytes === 0 ? undefined : fileOf(kind, type, maxBytes);
}

/** The bytes of a generated file, by its id. */
export function bytesOf(id: string): Uint8Array {
  const [, size = '', type = ''] = /^(\d+)-(.*)$/.exec(id) ?? [];
  const bytes = Buffer.alloc(Number(size));
  bytes.write(beginnings[type] ?? '', 'latin1');
  return bytes;
}

function fileOf(kind: string, mimeType: string, sizeBytes: number): object {
  const extension = mimeType.split('/')[1]?.replace(/^x-/, '') ?? 'bin';
  return {
    id: `${sizeBytes}-${mimeType}`,
    mimeType,
    name: `${kind}.${extension}`,
    sizeBytes,
    state: 'MEDIA_STATE_STORED',
  };
}

function typesWithin(kind: string, { content }: Capabilities): readonly string[] {
  const types = content[kind]?.mimeTypes ?? [];
  return types.length === 0 ? [usualTypes[kind] ?? 'application/octet-stream'] : types;
}

function bytesWithin(kind: string, { content }: Capabilities): number {
  const { maxBytes = 0 } = content[kind] ?? {};
  return maxBytes === 0 ? usualBytes : Math.min(maxBytes, usualBytes);
}
