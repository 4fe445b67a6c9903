import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { ApiFailure, badRequest } from './api-failure.ts';
import type { Fields, UploadedFile } from './types.ts';

const bodyMaxBytes = 60 * 1_024 * 1_024;

/** What a request brings: fields of the address and of the body, and files. */
export interface RequestBody {
  readonly params: Fields;
  readonly files: ReadonlyMap<string, UploadedFile>;
}

/** Reads a request in whichever of the platform's ways: address, JSON, urlencoded form, multipart form. */
export async function readRequest(request: IncomingMessage, query: URLSearchParams): Promise<RequestBody> {
  const type = request.headers['content-type'] ?? '';
  const bytes = await readCapped(request);
  const files = new Map<string, UploadedFile>();
  const params: Fields = fieldsOf(query);
  if (type.startsWith('application/json') && bytes.length > 0) Object.assign(params, jsonOf(bytes.toString()));
  else if (type.startsWith('application/x-www-form-urlencoded')) {
    Object.assign(params, fieldsOf(new URLSearchParams(bytes.toString())));
  } else if (type.startsWith('multipart/form-data')) {
    const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
    for (const [name, value] of form) {
      if (typeof value === 'string') params[name] = readField(name, value);
      else {
        const mimeType = value.type || 'application/octet-stream';
        files.set(name, { name: value.name, mimeType, bytes: new Uint8Array(await value.arrayBuffer()) });
      }
    }
  }
  return { params, files };
}

async function readCapped(request: IncomingMessage): Promise<Buffer> {
  const told = Number(request.headers['content-length'] ?? 0);
  const bytes = told > bodyMaxBytes ? undefined : await buffer(request);
  if (bytes === undefined || bytes.length > bodyMaxBytes) throw new ApiFailure(413, 'Request Entity Too Large');
  return bytes;
}

function fieldsOf(search: URLSearchParams): Fields {
  return Object.fromEntries([...search].map(([name, value]) => [name, readField(name, value)]));
}

/** Parameters that are lists or objects: forms know only text, so there they come as JSON. */
const compound = new Set([
  'allowed_updates',
  'caption_entities',
  'commands',
  'entities',
  'link_preview_options',
  'media',
  'message_ids',
  'options',
  'reaction',
  'reply_markup',
  'reply_parameters',
]);

function readField(name: string, value: string): unknown {
  return compound.has(name) ? jsonOf(value) : value;
}

function jsonOf(text: string): Fields {
  try {
    return JSON.parse(text) as Fields;
  } catch {
    throw badRequest("can't parse JSON object");
  }
}
