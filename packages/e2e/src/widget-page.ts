import { readFile } from 'node:fs/promises';
import type { BrowserContext, Page, WebSocketRoute } from 'playwright-core';

/** The widget on a page of its own, over a server that a test plays: every state can be had, and each at once. */
export interface WidgetPage {
  readonly page: Page;
  /** Frames that the widget sent, in order. */
  readonly sent: readonly Frame[];
  /** Bodies of the sessions that it asked for. */
  readonly sessions: readonly Frame[];
  /** How the door answers a frame of the log; by default it takes it. */
  door: 'open' | 'down' | 'refuses' | 'silent';
  /** Appends an entry to the visitor's log and tells it. */
  readonly append: (event: unknown) => void;
  /** Tells whatever else. */
  readonly tell: (frame: Frame) => void;
  /** The server: without it nothing opens, and what was open is cut. */
  readonly server: (isThere: boolean) => Promise<void>;
  /** The network: without it there is no server, and the browser knows why. */
  readonly network: (isThere: boolean) => Promise<void>;
}

/** A frame, as JSON. */
export type Frame = Readonly<Record<string, unknown>>;

/** What a test may set of the page. */
export interface WidgetPageOptions {
  readonly html?: string;
  readonly attributes?: string;
  readonly search?: string;
  readonly settings?: Frame;
  /** What the log holds already. */
  readonly log?: readonly unknown[];
  /** Answers sessions, instead of opening one: status and body. */
  readonly refusal?: { readonly status: number; readonly body: Frame };
}

const script = new URL('../../../services/connectors/webchat/widget/dist/widget.js', import.meta.url);
const site = 'http://shop.test';
const chat = 'http://chat.test/widget/v1';
const uploaded = { url: 'files/f-1', name: 'teapot.png', mimeType: 'image/png', sizeBytes: 68 };
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFElEQVR4nGNk+M/AwMDAxAADGAAAMQABAFU9QeQAAAAASUVORK5CYII=',
  'base64',
);
const look = { title: 'Kettle & Cup', greeting: 'Hello! How can we help?', color: '#0f6b5c', maxFileMiB: 20 };

/** Opens the page in a browser. */
export async function openWidgetPage(context: BrowserContext, options: WidgetPageOptions = {}): Promise<WidgetPage> {
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const sent: Frame[] = [];
  const sessions: Frame[] = [];
  const log: unknown[] = [...(options.log ?? [])];
  const known = new Map<unknown, number>();
  const sockets = new Set<WebSocketRoute>();
  const at = Date.now();
  let isThere = true;
  const say = (frame: Frame, to: Iterable<WebSocketRoute> = sockets) => {
    for (const socket of to) socket.send(JSON.stringify(frame));
  };
  const entry = (index: number) => ({ t: 'event', seq: index + 1, at, event: log[index] });
  const append = (event: unknown) => {
    log.push(event);
    say(entry(log.length - 1));
  };
  const takeLogged = (frame: Frame, socket: WebSocketRoute) => {
    if (self.door === 'silent') return;
    if (self.door === 'refuses') {
      say({ t: 'error', cid: frame.cid, code: 'invalid_argument', message: 'No files of this kind.' }, [socket]);
      return;
    }
    // As the connector does it: first the log, then the door.
    const seq = known.get(frame.cid) ?? log.length + 1;
    if (!known.has(frame.cid)) {
      known.set(frame.cid, seq);
      append({ from: 'visitor', frame, ...(frame.uploadId !== undefined && { file: uploaded }) });
    }
    const answer =
      self.door === 'down' ? { t: 'error', code: 'unavailable', message: '', retryAfterMs: 200 } : { t: 'ack', seq };
    say({ ...answer, cid: frame.cid, id: `m-${seq}` }, [socket]);
  };
  await page.routeWebSocket(/chat\.test/, (socket) => {
    if (!isThere) {
      socket.close({ code: 1011 });
      return;
    }
    sockets.add(socket);
    socket.onClose(() => sockets.delete(socket));
    socket.onMessage((text) => {
      const frame: Frame = JSON.parse(String(text));
      sent.push(frame);
      if (frame.t === 'ping') say({ t: 'pong', token: 'later' }, [socket]);
      if (frame.t === 'hello')
        log.slice(Number(frame.cursor)).forEach((_, index) => {
          say(entry(Number(frame.cursor) + index), [socket]);
        });
      if (typeof frame.cid === 'string') takeLogged(frame, socket);
    });
  });
  const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
  await page.route(`${chat}/**`, async (route) => {
    const url = new URL(route.request().url());
    if (!isThere) return await route.abort();
    if (url.pathname.endsWith('widget.js')) {
      return await route.fulfill({
        contentType: 'text/javascript; charset=utf-8',
        body: await readFile(script, 'utf8'),
      });
    }
    if (url.pathname.endsWith('/session')) {
      sessions.push(JSON.parse(route.request().postData() ?? '{}'));
      if (options.refusal) {
        const { status, body } = options.refusal;
        return await route.fulfill({ status, headers: cors, json: body });
      }
      const settings = { ...look, ...options.settings };
      const opened = { visitorId: 'v_1', resume: `rt_${sessions.length}`, token: 'first', settings };
      return await route.fulfill({ headers: cors, json: opened });
    }
    if (url.pathname.includes('/files/')) return await route.fulfill({ contentType: 'image/png', body: pixel });
    return await route.fulfill({ headers: cors, json: { uploadId: 'u', mimeType: 'image/png', sizeBytes: 1 } });
  });
  const { html = '<h1>A shop</h1>', attributes = 'data-open', search = '' } = options;
  const tag = `<script src="${chat}/widget.js" data-channel="c-1" ${attributes} async></script>`;
  await page.route(`${site}/**`, (route) =>
    route.fulfill({
      contentType: 'text/html; charset=utf-8',
      body: `<!doctype html><html lang="en"><title>Shop</title>${html}${tag}`,
    }),
  );
  const server = async (is: boolean) => {
    isThere = is;
    if (!is) for (const socket of sockets) await socket.close({ code: 1011 });
  };
  const self: WidgetPage = {
    page,
    sent,
    sessions,
    door: 'open',
    append,
    tell: say,
    server,
    network: async (is) => {
      await context.setOffline(!is);
      await server(is);
    },
  };
  await page.goto(`${site}/${search}`);
  return self;
}
