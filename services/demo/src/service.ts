import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { defineService, invalidArgument, notFound } from '@trunkline/runtime';
import { z } from 'zod';
import { backlogOf } from './backlog.ts';
import { config } from './config.ts';
import { createDemoPortal } from './demo-portal.ts';
import { openEventsStream } from './events-stream.ts';
import { hopsOf } from './hops.ts';
import { portalModes } from './portal-mode.ts';
import type { ShownEvent } from './portal-store.ts';

const web = new URL('../web/', import.meta.url);
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const modeRequest = z.object({ mode: z.enum(portalModes) });
const answerRequest = z.object({
  conversationId: z.string(),
  text: z.string().min(1).max(10_000),
  key: z.string().min(8).max(64),
});
const lookMs = 1_000;

/** The demo: a shop page with the widget and a telephone, and a portal such as a partner would write. */
export const demo = defineService({
  name: 'demo',
  config,
  uses: { http: true },
  start: async (runtime) => {
    const { http, now, signal, tracing, config: settings } = runtime;
    const { GATEWAY_URL: gatewayUrl, DEMO_PORTAL_ID: portalId } = settings;
    const apiKey = settings.DEMO_API_KEY.reveal();
    const licenceKey = settings.DEMO_LICENCE_KEY.reveal();
    const portal = await createDemoPortal({
      folder: settings.DEMO_FOLDER,
      licenceKey,
      portalId,
      gatewayUrl,
      now,
      signal,
    });

    http.post('/portal', async (request, reply) => {
      const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const parent = String(request.headers.traceparent ?? '');
      const receive = () => portal.receive({ headers: request.headers, rawBody });
      const { status, headers = {}, body } = await tracing.span('receive', { kind: 'server', parent }, receive);
      return reply.code(status).headers(headers).send(body);
    });
    http.get('/api/state', async (_request, reply) => {
      reply.hijack();
      const stream = openEventsStream(reply.raw, signal);
      const start = {
        gatewayUrl: settings.GATEWAY_PUBLIC_URL ?? gatewayUrl,
        webchatChannelId: settings.DEMO_WEBCHAT_CHANNEL,
        telegramUrl: settings.TELEGRAM_SIMULATOR_URL ?? '',
        mode: portal.mode,
        events: portal.events,
      };
      stream.send('start', start);
      const forget = portal.onChange((change) => stream.send(change.kind, change));
      const look = setInterval(() => {
        backlogOf(gatewayUrl, apiKey, portalId).then(
          (backlog) => backlog && stream.send('backlog', backlog),
          () => {},
        );
      }, lookMs);
      stream.signal.addEventListener('abort', () => {
        forget();
        clearInterval(look);
      });
    });
    http.post('/api/mode', async ({ body }) => {
      portal.setMode(parsed(modeRequest, body).mode);
      return {};
    });
    http.post('/api/answer', async ({ body }) => {
      const { conversationId, text, key } = parsed(answerRequest, body);
      const author = { id: 'demo', name: 'Olga' };
      const message = {
        conversationId,
        origin: 'ORIGIN_OPERATOR',
        author,
        message: { content: { text: { plain: text } } },
      };
      const traceparent = lastTraceOf(portal.events, conversationId);
      return await portal.send(message, { idempotencyKey: key, traceparent });
    });
    http.get<{ Params: { id: string } }>('/api/hops/:id', ({ params }) => hopsOf(gatewayUrl, apiKey, params.id));

    const serve = async (name: string) => {
      const type = types[extname(name)];
      if (type === undefined || !/^[\w-]+\.\w+$/.test(name)) throw notFound('There is nothing under this address.');
      return { type: `${type}; charset=utf-8`, bytes: await readFile(new URL(name, web)).catch(() => undefined) };
    };
    http.get('/', async (_request, reply) =>
      reply.type('text/html; charset=utf-8').send((await serve('index.html')).bytes),
    );
    http.get<{ Params: { name: string } }>('/:name', async ({ params }, reply) => {
      const { type, bytes } = await serve(params.name);
      if (!bytes) throw notFound('There is nothing under this address.');
      return reply.type(type).send(bytes);
    });
  },
});

/** The trace of what was last said in a conversation: the answer goes on in it. */
function lastTraceOf(events: readonly ShownEvent[], conversationId: string): string | undefined {
  return events.findLast((event) => event.conversationId === conversationId)?.traceparent;
}

function parsed<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const read = schema.safeParse(Buffer.isBuffer(body) ? JSON.parse(body.toString()) : undefined);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw invalidArgument({ field: issue?.path.join('.') ?? 'body', description: issue?.message ?? 'is required' });
}
