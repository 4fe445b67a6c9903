import { readFile } from 'node:fs/promises';
import type { ClientSide } from './client-side.ts';
import type { DoubleRequest, Reaction } from './http-double.ts';
import { readForm } from './read-form.ts';

const watchMs = 20_000;
const headers = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'content-type',
  'cache-control': 'no-store',
};

/**
 * The way in for people: GET / (a page to write as a client), GET /control (the accounts), GET /control/<account>/view?chat=
 * (with &after= it waits for a change), GET /control/<account>/file?id=, POST /control/<account>/<action>. Undefined for
 * every other address.
 */
export async function serveClients(
  accounts: readonly ClientSide[],
  request: DoubleRequest,
  signal: AbortSignal,
): Promise<Reaction | undefined> {
  const { pathname, searchParams } = request.url;
  if (pathname === '/' && request.method === 'GET') return await page();
  if (!/^\/control(\/|$)/.test(pathname)) return undefined;
  if (request.method === 'OPTIONS') return { status: 204, headers, body: '' };
  if (pathname === '/control') return json(200, accounts.map(aboutAccount));
  const [, id = '', what = ''] = /^\/control\/([^/]+)\/(\w+)$/.exec(pathname) ?? [];
  const account = accounts.find((one) => one.id === decodeURIComponent(id));
  if (account === undefined) return problem('there is no such account or address');
  if (request.method === 'POST') return await act(account, what, request);
  if (what === 'file') return fileOf(account, searchParams.get('id') ?? '');
  return what === 'view' ? await look(account, searchParams, signal) : problem('there is nothing of that name to see');
}

async function page(): Promise<Reaction> {
  const body = await readFile(new URL('./client-page.html', import.meta.url));
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** What the page needs to know of an account. */
function aboutAccount(account: ClientSide) {
  const { id, title, messenger, menu, canReply, reactions, actions, troubles } = account;
  const hookUrl = account.hookUrl() ?? null;
  return {
    id,
    title,
    messenger,
    menu,
    canReply,
    reactions,
    hookUrl,
    can: Object.keys(actions),
    troubles: troubles.sentences,
  };
}

async function act(account: ClientSide, name: string, request: DoubleRequest): Promise<Reaction> {
  try {
    if (!Object.hasOwn(account.actions, name)) throw new Error('there is no such action');
    const action = account.actions[name] as (given: unknown) => unknown;
    const { fields } = await readForm(request);
    return json(200, { result: (await action(fields)) ?? null });
  } catch (error) {
    return problem(error instanceof Error ? error.message : 'it failed');
  }
}

async function look(account: ClientSide, query: URLSearchParams, signal: AbortSignal): Promise<Reaction> {
  const after = query.get('after');
  const either = AbortSignal.any([signal, AbortSignal.timeout(watchMs)]);
  const version = await account.changed(after === null ? -1 : Number(after), either);
  return json(200, { version, armed: account.troubles.armed(), ...account.view(query.get('chat') ?? '') });
}

function fileOf(account: ClientSide, id: string): Reaction {
  const file = account.file(id);
  if (file === undefined) return problem('there is no such file');
  return { status: 200, headers: { ...headers, 'content-type': file.mimeType }, body: file.bytes };
}

function problem(description: string): Reaction {
  return json(400, { ok: false, description });
}

function json(status: number, body: unknown): Reaction {
  return { status, headers: { ...headers, 'content-type': 'application/json' }, body };
}
