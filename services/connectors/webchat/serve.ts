import { readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { type ConnectorHost, createLimit, isOriginAllowed, refusal } from '@trunkline/adapter-kit';
import { type Entry, logOf } from './entries.ts';
import { invalid } from './errors.ts';
import { clientFrame } from './frames.ts';
import { sessionLimit } from './limits.ts';
import { serveFiles } from './serve-files.ts';
import { requireVisitor, visitorOf } from './serve-visitor.ts';
import { openSession } from './session.ts';
import type { Settings } from './settings.ts';
import { answered, serveSocket } from './socket.ts';
import { seenUpTo, takeReceipt, type VisitorOf } from './take.ts';
import { sessionRequest } from './visitor.ts';

const script = new URL('./widget/dist/widget.js', import.meta.url);
const pollMs = 20_000;

/** The widget's door: everything under /widget/v1/. */
export async function serve(host: ConnectorHost<Settings>): Promise<void> {
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
  serveSessions(host);
  serveFrames(host);
  serveFiles(host);
}

function serveSessions(host: ConnectorHost<Settings>): void {
  const sessions = sessionLimit();
  host.http.post('/widget/v1/session', { bodyLimit: 16 * 1024 }, async (request, reply) => {
    const asked = sessionRequest.safeParse(jsonOf(request.body));
    if (!asked.success) throw invalid(asked.error.issues[0]);
    const channel = host.channel(asked.data.channel);
    if (!channel) throw refusal('not_found', 'There is no such widget.');
    if (!isOriginAllowed(request.headers.origin, channel.settings.origins)) {
      throw refusal('permission_denied', 'This site is not on the list of the widget.');
    }
    const waitMs = sessions(channel.id, addressOf(request.headers), host.now());
    if (waitMs > 0) throw refusal('rate_limited', 'Too many sessions.', { retryAfterMs: waitMs });
    reply.header('cache-control', 'no-store');
    return await openSession(asked.data, channel, { state: host.tools(channel).state, nowMs: host.now() });
  });
}

/** What is said in a conversation: by a socket, or by calls where a network has none. */
function serveFrames(host: ConnectorHost<Settings>): void {
  const { http } = host;
  // 5 frames in 5 s and 60 a minute for a visitor.
  const limits = { frames: createLimit(5, 60), typing: createLimit(2, 20) };

  host.onSocket('/widget/v1/ws', async (socket) => {
    const of = visitorOf(host, socket.query.token);
    if (of) await serveSocket(socket, of, limits);
    else socket.close(4401, 'the token is not valid: open a session');
  });

  http.post<{ Querystring: Query }>('/widget/v1/send', { bodyLimit: 64 * 1024 }, async ({ query, body }) => {
    const frame = clientFrame.safeParse(jsonOf(body));
    if (!frame.success) throw invalid(frame.error.issues[0]);
    const of = requireVisitor(host, query.token);
    if (frame.data.t === 'read') await takeReceipt('read', frame.data.upTo, of);
    return 'cid' in frame.data ? await answered(frame.data, of, limits.frames) : { t: 'pong' };
  });

  http.get<{ Querystring: Query }>('/widget/v1/poll', async ({ query }) => {
    const of = requireVisitor(host, query.token);
    const cursor = Number(query.cursor ?? 0);
    if (!Number.isSafeInteger(cursor) || cursor < 0) throw invalid({ path: ['cursor'], message: 'must be a number' });
    // Whoever asks for what comes after a number has all up to it.
    if (cursor > 0) await takeReceipt('delivered', cursor, of).catch(() => {});
    return { events: await poll(of, cursor), seen: await seenUpTo(of) };
  });
}

interface Query {
  readonly token?: string;
  readonly cursor?: string;
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
