import { randomBytes } from 'node:crypto';

/** A form as it goes over the wire. */
export interface EncodedForm {
  readonly contentType: string;
  readonly body: Buffer;
}

/**
 * Encodes a form as multipart/form-data (RFC 7578) with its texts as they are: the platform's own encoding would turn every
 * line feed into two characters, which other people's limits count.
 */
export async function encodeForm(form: FormData): Promise<EncodedForm> {
  const boundary = `trunkline-${randomBytes(16).toString('hex')}`;
  const parts: Uint8Array[] = [];
  for (const [name, value] of form) {
    parts.push(Buffer.from(`--${boundary}\r\n${headersOf(name, value)}\r\n\r\n`));
    parts.push(typeof value === 'string' ? Buffer.from(value) : new Uint8Array(await value.arrayBuffer()));
    parts.push(Buffer.from('\r\n'));
  }
  parts.push(Buffer.from(`--${boundary}--\r\n`));
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: Buffer.concat(parts) };
}

function headersOf(name: string, value: string | File): string {
  const disposition = `Content-Disposition: form-data; name="${quoted(name)}"`;
  if (typeof value === 'string') return disposition;
  const type = value.type === '' ? 'application/octet-stream' : value.type;
  return `${disposition}; filename="${quoted(value.name)}"\r\nContent-Type: ${type}`;
}

/** Names may come from strangers: nothing of them may end the line or the quotes. */
function quoted(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
