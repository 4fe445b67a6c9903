import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { defineService, invalidArgument, notFound, type Runtime } from '@trunkline/runtime';
import { z } from 'zod';
import { type Backlog, createBacklog } from './backlog.ts';
import { config } from './config.ts';
import { createDemoPortal, type DemoPortal } from './demo-portal.ts';
import { type EventsStream, openEventsStream } from './events-stream.ts';
import { type LastMessage, watchLastMessage } from './last-message.ts';
import { createOperator } from './operator.ts';
import { portalModes } from './portal-mode.ts';
import { createQueueKinds, type QueueKinds, queueKinds } from './queue-kind.ts';

const web = new URL('../web/', import.meta.url);
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const modeRequest = z.object({ mode: z.enum(portalModes) });
const kindRequest = z.object({ kind: z.enum(queueKinds) });
const answerRequest = z.object({
  conversationId: z.string(),
  text: z.string().min(1).max(10_000),
  key: z.string().min(8).max(64),
});
const typingRequest = z.object({ conversationId: z.string() });
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

    const lastMessage = watchLastMessage(gatewayUrl, apiKey, signal);
    const backlog = createBacklog(gatewayUrl, apiKey, portalId);
    const kinds = createQueueKinds(gatewayUrl, apiKey, portalId);
    const operator = createOperator(portal, lastMessage);

    http.post('/portal', async (request, reply) => {
      const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const parent = String(request.headers.traceparent ?? '');
      const receive = () => portal.receive({ headers: request.headers, rawBody });
      const { status, headers = {}, body } = await tracing.span('receive', { kind: 'server', parent }, receive);
      return reply.code(status).headers(headers).send(body);
    });
    http.get('/api/state', async (_request, reply) => {
      reply.hijack();
      tellState(openEventsStream(reply.raw, signal), { portal, lastMessage, backlog, kinds, settings });
    });
    http.post('/api/mode', async ({ body }) => {
      const { mode } = parsed(modeRequest, body);
      portal.setMode(mode);
      if (mode === 'on') await backlog.hurry().catch(() => {});
      return {};
    });
    http.post('/api/queue-kind', async ({ body }) => {
      await kinds.set(parsed(kindRequest, body).kind);
      return {};
    });
    http.post('/api/answer', async ({ body }) => await operator.answer(parsed(answerRequest, body)));
    http.post('/api/typing', async ({ body }) => {
      await operator.type(parsed(typingRequest, body).conversationId);
      return {};
    });

    addPages(http);
  },
});

type Settings = z.output<typeof config>;

interface Shown {
  readonly portal: DemoPortal;
  readonly lastMessage: LastMessage;
  readonly backlog: Backlog;
  readonly kinds: QueueKinds;
  readonly settings: Settings;
}

/** What the page shows at the beginning, and what changes from there on. */
function tellState(stream: EventsStream, { portal, lastMessage, backlog, kinds, settings }: Shown): void {
  stream.send('start', {
    gatewayUrl: settings.GATEWAY_PUBLIC_URL ?? settings.GATEWAY_URL,
    webchatChannelId: settings.DEMO_WEBCHAT_CHANNEL,
    simulators: settings.SIMULATORS,
    mode: portal.mode,
    events: portal.events,
    way: lastMessage.way,
  });
  const unwatch = lastMessage.onChange((way) => stream.send('way', way));
  const forget = portal.onChange((change) => stream.send(change.kind, change));
  const unwatchKind = kinds.onChange((kind) => stream.send('kind', { kind }));
  kinds.now().then(
    (kind) => stream.send('kind', { kind }),
    () => {},
  );
  const look = setInterval(() => {
    backlog.tell().then(
      (now) => stream.send('backlog', now),
      () => {},
    );
  }, lookMs);
  stream.signal.addEventListener('abort', () => {
    forget();
    unwatchKind();
    unwatch();
    clearInterval(look);
  });
}

/** The page itself: the files of web/. */
function addPages(http: Runtime<unknown>['http']): void {
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
}

function parsed<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const read = schema.safeParse(Buffer.isBuffer(body) ? JSON.parse(body.toString()) : undefined);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw invalidArgument({ field: issue?.path.join('.') ?? 'body', description: issue?.message ?? 'is required' });
}
