import { readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { type ChannelAccess, ConnectorError, type ConnectorHost } from '@trunkline/adapter-kit';
import { type Entry, logOf } from './entries.ts';
import { invalid } from './errors.ts';
import { clientFrame } from './frames.ts';
import { createLimit } from './limits.ts';
import { isOriginAllowed, openSession } from './session.ts';
import type { Settings } from './settings.ts';
import { answered, serveSocket } from './socket.ts';
import { seenUpTo, takeReceipt, uploadKey, type VisitorOf } from './take.ts';
import { channelOfToken, readToken } from './token.ts';
import { sessionRequest } from './visitor.ts';

const script = new URL('./widget/dist/widget.js', import.meta.url);
const pollMs = 20_000;

/** The widget's door: everything under /widget/v1/. */
export async function serve(host: ConnectorHost<Settings>): Promise<void> {
  // 5 frames in 5 s and 60 a minute for a visitor, and 10 files; 30 new sessions a minute for an address.
  const limits = { frames: createLimit(5, 60), typing: createLimit(2, 20) };
  const uploads = createLimit(10, 10);
  const sessions = createLimit(30, 30);
  const { http } = host;

  http.addHook('onRequest', async (request, reply) => {
    if (!request.url.startsWith('/widget/')) return;
    // Any page may ask: which one may show a channel's widget is checked against the channel's own list.
    reply.header('access-control-allow-origin', '*').header('access-control-allow-headers', 'content-type');
    if (request.method === 'OPTIONS') await reply.code(204).header('access-control-max-age', '86400').send();
  });
  http.options('/widget/*', async () => '');

  http.get('/widget/v1/widget.js', async (_request, reply) => {
    reply.header('content-type', 'text/javascript; charset=utf-8').header('cache-control', 'public, max-age=300');
    return await readFile(script);
  });

  http.post('/widget/v1/session', { bodyLimit: 16 * 1024 }, async (request, reply) => {
    const asked = sessionRequest.safeParse(jsonOf(request.body));
    if (!asked.success) throw invalid(asked.error.issues[0]);
    const channel = host.channel(asked.data.channel);
    if (!channel) throw new ConnectorError('not_found', 'There is no such widget.');
    if (!isOriginAllowed(request.headers.origin, channel.settings)) {
      throw new ConnectorError('permission_denied', 'This site is not on the list of the widget.');
    }
    const waitMs = sessions.take(addressOf(request.headers), host.now());
    if (waitMs > 0) throw new ConnectorError('rate_limited', 'Too many sessions.', { retryAfterMs: waitMs });
    reply.header('cache-control', 'no-store');
    return await openSession(asked.data, channel, { state: host.tools(channel).state, nowMs: host.now() });
  });

  host.onSocket('/widget/v1/ws', async (socket) => {
    const of = visitorOf(host, socket.query.token);
    if (of) await serveSocket(socket, of, limits);
    else socket.close(4401, 'the token is not valid: open a session');
  });

  http.post<{ Querystring: Query }>('/widget/v1/send', { bodyLimit: 64 * 1024 }, async ({ query, body }) => {
    const frame = clientFrame.safeParse(jsonOf(body));
    if (!frame.success) throw invalid(frame.error.issues[0]);
    const of = required(host, query.token);
    if (frame.data.t === 'read') await takeReceipt('read', frame.data.upTo, of);
    return 'cid' in frame.data ? await answered(frame.data, of, limits.frames) : { t: 'pong' };
  });

  http.get<{ Querystring: Query }>('/widget/v1/poll', async ({ query }) => {
    const of = required(host, query.token);
    const cursor = Number(query.cursor ?? 0);
    if (!Number.isSafeInteger(cursor) || cursor < 0) throw invalid({ path: ['cursor'], message: 'must be a number' });
    // Whoever asks for what comes after a number has all up to it.
    if (cursor > 0) await takeReceipt('delivered', cursor, of).catch(() => {});
    return { events: await poll(of, cursor), seen: await seenUpTo(of) };
  });

  // The body is capped by the channel's own setting while it is read; it never stands in memory whole for a larger one.
  http.post<{ Querystring: Query }>('/widget/v1/upload', { bodyLimit: 50 * 1024 * 1024 }, async ({ query, body }) => {
    const of = required(host, query.token);
    const { uploadId = '', name = '' } = query;
    if (!/^[\w-]{8,64}$/.test(uploadId))
      throw new ConnectorError('invalid_argument', 'uploadId must be 8 to 64 letters, digits, - or _.');
    const waitMs = uploads.take(of.visitorId, host.now());
    if (waitMs > 0) throw new ConnectorError('rate_limited', 'Too many files at once.', { retryAfterMs: waitMs });
    const maxBytes = of.channel.settings.maxFileMiB * 1024 * 1024;
    const stream = chunks(Buffer.isBuffer(body) ? body : Buffer.alloc(0));
    const file = { uploadId: `${of.visitorId}/${uploadId}`, name: name.slice(0, 200), stream, maxBytes };
    const media = await host.putFile(of.channel, file);
    await host.tools(of.channel).state.put(uploadKey(of.visitorId, uploadId), media);
    await host.tools(of.channel).state.put(uploadKey(of.visitorId, media.id), media);
    return { uploadId, mimeType: media.mimeType, sizeBytes: media.sizeBytes };
  });

  http.get<{ Params: { id: string }; Querystring: Query }>('/widget/v1/files/:id', async ({ params, query }, reply) => {
    const of = required(host, query.token);
    const kept = await host
      .tools(of.channel)
      .state.get<Parameters<typeof host.openFile>[0]>(uploadKey(of.visitorId, params.id));
    if (!kept) throw new ConnectorError('not_found', 'There is no such file.');
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

interface Query {
  readonly token?: string;
  readonly cursor?: string;
  readonly uploadId?: string;
  readonly name?: string;
}

function visitorOf(host: ConnectorHost<Settings>, token = ''): VisitorOf | undefined {
  const channel: ChannelAccess<Settings> | undefined = host.channel(channelOfToken(token));
  const session = channel && readToken(token, channel.secret('session_key'), host.now());
  return channel && session && { host, channel, visitorId: session.visitorId };
}

function required(host: ConnectorHost<Settings>, token: string | undefined): VisitorOf {
  const of = visitorOf(host, token);
  if (of) return of;
  throw new ConnectorError('unauthenticated', 'The token is not valid: open a session.');
}

/** Waits until the log has something after the cursor, for widgets whose network has no WebSockets. */
async function poll({ host, channel, visitorId }: VisitorOf, cursor: number) {
  const { state } = host.tools(channel);
  const endsAtMs = host.now() + pollMs;
  for (;;) {
    const entries = await state.read<Entry>(logOf(visitorId), cursor, 100);
    if (entries.length > 0 || host.now() >= endsAtMs || host.signal.aborted) {
      return entries.map(({ sequence, entry, atMs }) => ({ t: 'event', seq: sequence, at: atMs, event: entry }));
    }
    await new Promise((done) => setTimeout(done, 500));
  }
}

function jsonOf(body: unknown): unknown {
  try {
    return JSON.parse(Buffer.isBuffer(body) ? body.toString() : '');
  } catch {
    return undefined;
  }
}

/** The visitor's address, as the gateway tells it. */
function addressOf(headers: IncomingHttpHeaders): string {
  return String(headers['x-forwarded-for'] ?? '');
}

async function* chunks(body: Buffer): AsyncIterable<Uint8Array> {
  for (let at = 0; at < body.length; at += 256 * 1024) yield body.subarray(at, at + 256 * 1024);
}
