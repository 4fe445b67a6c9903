import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { type AnswerMark, answerIn } from '../answer-mark.ts';

/** Where a bot's updates go: what was told by setWebhook. */
export interface Hook {
  readonly url: string;
  readonly secret: string;
}

/** The messenger's side: as much of the Bot API as connecting a bot and answering a client ask, for any number of bots. */
export interface Platform {
  readonly url: string;
  /** By token; undefined before the bot was connected. */
  hookOf(token: string): Hook | undefined;
  /** Marked answers that bots were told to send, in the order in which they came. */
  readonly answers: readonly AnswerMark[];
}

/** Starts it on a port of its own. It also takes whatever a telemetry collector would be sent, and forgets it. */
export async function startPlatform(): Promise<Platform> {
  const state: State = { hooks: new Map(), answers: [] };
  const server = createServer((request, response) => {
    serve(state, request, response).catch(() => response.writeHead(400).end());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, hookOf: (token) => state.hooks.get(token), answers: state.answers };
}

interface State {
  readonly hooks: Map<string, Hook>;
  readonly answers: AnswerMark[];
}

async function serve(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, token = '', method = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(request.url ?? '') ?? [];
  if (token === '') {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    return;
  }
  const given = (await json(request).catch(() => ({}))) as Call['given'];
  const answer = method === 'sendMessage' ? answerIn(given.text ?? '') : undefined;
  if (answer !== undefined) state.answers.push(answer);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ ok: true, result: resultOf(state.hooks, { token, method, given }) }));
}

interface Call {
  readonly token: string;
  readonly method: string;
  readonly given: {
    readonly url?: string;
    readonly secret_token?: string;
    readonly chat_id?: number;
    readonly text?: string;
  };
}

function resultOf(hooks: Map<string, Hook>, { token, method, given }: Call): unknown {
  const id = Number(token.split(':')[0]);
  if (method === 'getMe') return { id, is_bot: true, first_name: 'Bot', username: `bot_${id}_bot` };
  if (method === 'sendMessage') return sentTo(Number(given.chat_id));
  if (method === 'setWebhook') hooks.set(token, { url: given.url ?? '', secret: given.secret_token ?? '' });
  if (method !== 'getWebhookInfo') return true;
  return { url: hooks.get(token)?.url ?? '', has_custom_certificate: false, pending_update_count: 0 };
}

/** Ids of what bots send: above those of what clients write. */
let lastSent = 1_000_000_000;

function sentTo(chatId: number): object {
  lastSent += 1;
  return { message_id: lastSent, date: Math.floor(Date.now() / 1_000), chat: { id: chatId, type: 'private' } };
}
