import { readAs, unsupported } from '@trunkline/adapter-kit';
import { Content, ids, MediaState, mapMedia } from '@trunkline/contracts';
import type { z } from 'zod';
import { contentKinds, type WireContent } from './types-content.ts';

/** How long a link to a file is good. */
const linkMs = 30 * 24 * 60 * 60 * 1_000;

/** Which message a content is of. */
export interface Of {
  readonly channelId: string;
  readonly from: string;
  readonly atMs: number;
}

/** A content that came. A kind of the future is told as such. Throws ConnectorError 'malformed'. Pure. */
export function readContent(wire: WireContent, of: Of): Content {
  const [[kind = '', value] = []] = Object.entries(wire);
  if (!Object.hasOwn(contentKinds, kind)) {
    const name = kind.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return { kind: { $case: 'unsupported', value: unsupported('The network', name) } };
  }
  const schema: z.ZodType<unknown> = contentKinds[kind as keyof typeof contentKinds];
  const read = readAs(schema, value);
  return mapMedia(Content.fromJSON({ [kind]: read }), (file) => ({
    ...{ ...file, id: ids.media(of.channelId, `${of.from} ${file.url}`), url: '' },
    state: MediaState.MEDIA_STATE_PENDING,
    source: { platformFileId: '', url: file.url, objectKey: '', expiresAt: new Date(of.atMs + linkMs) },
  }));
}
