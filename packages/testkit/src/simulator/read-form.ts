import { fromBigJson } from './big-json.ts';
import type { DoubleRequest } from './http-double.ts';

/** A file that came with a request. */
export interface FormFile {
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

/** What a request brings: fields of its address and body, and files. */
export interface Form {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly files: ReadonlyMap<string, FormFile>;
}

/**
 * Reads a request in whichever way it came: address, JSON, urlencoded form, multipart form. Fields of the body win; those of
 * forms and addresses are texts. Throws SyntaxError for a JSON body that is none.
 */
export async function readForm({ url, headers, body }: DoubleRequest): Promise<Form> {
  const type = headers['content-type'] ?? '';
  const fields: Record<string, unknown> = Object.fromEntries(url.searchParams);
  const files = new Map<string, FormFile>();
  if (body.length === 0) return { fields, files };
  if (type.startsWith('multipart/form-data')) await readParts(body, type, { fields, files });
  else if (type.startsWith('application/x-www-form-urlencoded')) {
    Object.assign(fields, Object.fromEntries(new URLSearchParams(body.toString())));
  } else Object.assign(fields, fromBigJson(body.toString()));
  return { fields, files };
}

async function readParts(
  body: Buffer,
  type: string,
  { fields, files }: { readonly fields: Record<string, unknown>; readonly files: Map<string, FormFile> },
): Promise<void> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  for (const [name, value] of form) {
    if (typeof value === 'string') fields[name] = value;
    else {
      const mimeType = value.type || 'application/octet-stream';
      files.set(name, { name: value.name, mimeType, bytes: new Uint8Array(await value.arrayBuffer()) });
    }
  }
}
