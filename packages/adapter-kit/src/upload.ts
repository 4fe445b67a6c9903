import type { Media } from '@trunkline/contracts';
import { ConnectorError } from './connector-error.ts';
import type { SendTools } from './tools.ts';

/**
 * A file of ours, read whole, as a form carries it. Throws ConnectorError 'too_large' above the cap, 'content_invalid' where
 * the message names no file, and as {@link SendTools.openFile} does.
 */
export async function readUpload(media: Media | undefined, tools: SendTools, maxBytes: number): Promise<File> {
  if (media === undefined) throw new ConnectorError('content_invalid', 'the message has no file');
  const opened = await tools.openFile(media);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let sizeBytes = 0;
  for await (const chunk of opened.stream) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) throw new ConnectorError('too_large', `a file may have at most ${maxBytes} bytes here`);
    chunks.push(new Uint8Array(chunk));
  }
  const type = opened.mimeType || media.mimeType;
  return new File(chunks, media.name || `file.${media.mimeType.split('/')[1] ?? 'bin'}`, { type });
}
