import { type ConnectorHost, createLimit, refusal } from '@trunkline/adapter-kit';
import { requireVisitor } from './serve-visitor.ts';
import type { Settings } from './settings.ts';
import { uploadKey } from './take.ts';

interface Query {
  readonly token?: string;
  readonly uploadId?: string;
  readonly name?: string;
}

/** Files to and from visitors: a visitor gets only what stands in the own conversation. */
export function serveFiles(host: ConnectorHost<Settings>): void {
  const { http } = host;
  const uploads = createLimit(10, 10);

  // The body is capped by the channel's own setting while it is read; it never stands in memory whole for a larger one.
  http.post<{ Querystring: Query }>('/widget/v1/upload', { bodyLimit: 50 * 1024 * 1024 }, async ({ query, body }) => {
    const of = requireVisitor(host, query.token);
    const { uploadId = '', name = '' } = query;
    if (!/^[\w-]{8,64}$/.test(uploadId))
      throw refusal('invalid_argument', 'uploadId must be 8 to 64 letters, digits, - or _.');
    const waitMs = uploads.take(of.visitorId, host.now());
    if (waitMs > 0) throw refusal('rate_limited', 'Too many files at once.', { retryAfterMs: waitMs });
    const maxBytes = of.channel.settings.maxFileMiB * 1024 * 1024;
    const stream = chunks(Buffer.isBuffer(body) ? body : Buffer.alloc(0));
    const file = { uploadId: `${of.visitorId}/${uploadId}`, name: name.slice(0, 200), stream, maxBytes };
    const media = await host.putFile(of.channel, file);
    await host.tools(of.channel).state.put(uploadKey(of.visitorId, uploadId), media);
    await host.tools(of.channel).state.put(uploadKey(of.visitorId, media.id), media);
    return { uploadId, mimeType: media.mimeType, sizeBytes: media.sizeBytes };
  });

  http.get<{ Params: { id: string }; Querystring: Query }>('/widget/v1/files/:id', async ({ params, query }, reply) => {
    const of = requireVisitor(host, query.token);
    const kept = await host
      .tools(of.channel)
      .state.get<Parameters<typeof host.openFile>[0]>(uploadKey(of.visitorId, params.id));
    if (!kept) throw refusal('not_found', 'There is no such file.');
    const { stream, mimeType } = await host.openFile(kept.value);
    const isShown = /^(image\/(png|jpeg|gif|webp)|audio\/|video\/)/.test(mimeType);
    reply
      .header('content-type', isShown ? mimeType : 'application/octet-stream')
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'private, max-age=3600')
      .header('content-disposition', isShown ? 'inline' : 'attachment')
      .header('content-security-policy', 'sandbox');
    return reply.send(ReadableStream.from(stream));
  });
}

async function* chunks(body: Buffer): AsyncIterable<Uint8Array> {
  for (let at = 0; at < body.length; at += 256 * 1024) yield body.subarray(at, at + 256 * 1024);
}
