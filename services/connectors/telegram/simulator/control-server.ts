import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { badRequest } from './api-failure.ts';
import { answer, refuse } from './api-server.ts';
import type { Bot } from './bot.ts';
import { readRequest } from './request-body.ts';
import { actions, readScreen, type SimulatedBot } from './simulated-bot.ts';

const heartbeatMs = 15_000;

/**
 * The way in for a page in a browser: GET / (a telephone), GET /control (the bots), GET /control/<bot>/screen?chat=,
 * GET /control/<bot>/events (a line after each change), GET /control/<bot>/file?id=, POST /control/<bot>/<action>.
 */
export async function serveControl(
  bots: readonly SimulatedBot[],
  [request, response]: readonly [IncomingMessage, ServerResponse],
  url: URL,
): Promise<void> {
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-allow-headers', 'content-type');
  try {
    if (request.method === 'OPTIONS') return preflight(response);
    if (url.pathname === '/') return await servePage(response);
    if (url.pathname === '/control') return listBots(bots, response);
    const [, id, what = ''] = /^\/control\/(\d+)\/(\w+)$/.exec(url.pathname) ?? [];
    const bot = bots.find(({ state }) => String(state.user.id) === id)?.state;
    if (bot === undefined) throw badRequest('there is no such bot or address');
    if (request.method === 'POST') return await act(bot, what, [request, response]);
    if (what === 'events') streamChanges(bot, response);
    else show(bot, what, response, url.searchParams);
  } catch (error) {
    refuse(response, error);
  }
}

function preflight(response: ServerResponse): void {
  response.writeHead(204).end();
}

async function servePage(response: ServerResponse): Promise<void> {
  const page = await readFile(new URL('./page.html', import.meta.url));
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
}

function listBots(bots: readonly SimulatedBot[], response: ServerResponse): void {
  const list = bots.map(({ state: { user, hook } }) => ({
    id: user.id,
    username: user.username,
    hasHook: hook !== undefined,
  }));
  answer(response, 200, JSON.stringify(list));
}

async function act(
  bot: Bot,
  name: string,
  [request, response]: readonly [IncomingMessage, ServerResponse],
): Promise<void> {
  if (!Object.hasOwn(actions, name)) throw badRequest('there is no such action');
  const action = actions[name as keyof typeof actions] as (of: Bot, given: unknown) => unknown;
  const { params } = await readRequest(request, new URLSearchParams());
  answer(response, 200, JSON.stringify({ result: (await action(bot, params)) ?? null }));
}

function show(bot: Bot, what: string, response: ServerResponse, query: URLSearchParams): void {
  if (what === 'screen') {
    answer(response, 200, JSON.stringify(readScreen(bot, Number(query.get('chat')))));
    return;
  }
  const id = query.get('id') ?? '';
  const file = bot.files.get(id) ?? bot.files.get(id.replace(/s$/, ''));
  if (what !== 'file' || file === undefined) throw badRequest('there is no such thing to see');
  response.writeHead(200, { 'content-type': file.mimeType }).end(file.bytes);
}

function streamChanges(bot: Bot, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': open\n\n');
  const tell = () => response.write('data: changed\n\n');
  const heartbeat = setInterval(() => response.write(': alive\n\n'), heartbeatMs);
  bot.watchers.add(tell);
  response.on('close', () => {
    bot.watchers.delete(tell);
    clearInterval(heartbeat);
  });
}
