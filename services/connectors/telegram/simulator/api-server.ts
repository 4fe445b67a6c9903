import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiFailure, badRequest } from './api-failure.ts';
import type { Bot } from './bot.ts';
import type { ApiFault } from './faults.ts';
import { runMethod } from './methods.ts';
import { getUpdates, type Polling, RawJson } from './methods-hook.ts';
import { numberOf } from './read-params.ts';
import { readRequest } from './request-body.ts';
import type { Call } from './types.ts';

/** A bot as the API sees it. */
export interface ServedBot {
  readonly bot: Bot;
  readonly polling: Polling;
  /** Every call that was understood, for tests. */
  readonly calls: Call[];
}

const rememberedCalls = 10_000;

/** Answers /bot<token>/<method>. */
export async function serveApi(
  find: (token: string) => ServedBot | undefined,
  [request, response]: readonly [IncomingMessage, ServerResponse],
  url: URL,
): Promise<void> {
  const [, token = '', method = ''] = /^\/bot([^/]*)\/(\w+)$/.exec(decodeURIComponent(url.pathname)) ?? [];
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  try {
    const served = find(token);
    if (!/^\d+:/.test(token)) throw new ApiFailure(404, 'Not Found');
    if (served === undefined || served.bot.isRevoked) throw new ApiFailure(401, 'Unauthorized');
    const call = { method, ...(await readRequest(request, url.searchParams)), signal: gone.signal };
    remember(served, call);
    await obeyFault(served, call, response);
  } catch (error) {
    refuse(response, error);
  }
}

function remember({ calls }: ServedBot, call: Call): void {
  calls.push(call);
  if (calls.length > rememberedCalls) calls.shift();
}

async function obeyFault(served: ServedBot, call: Call, response: ServerResponse): Promise<void> {
  const fault = served.bot.faults.takeForCall(call.method, numberOf(call.params.chat_id) ?? 0);
  if (fault !== undefined) refuseByFault(fault, response);
  if (response.destroyed || response.writableEnded) return;
  if (fault?.kind === 'slow') await sleep(fault.delayMs);
  const result = await resultOf(served, call);
  if (fault?.kind === 'cut_after') {
    response.destroy();
    return;
  }
  if (fault?.kind === 'late_answer') await sleep(fault.delayMs);
  const text = `{"ok":true,"result":${asText(result)}}`;
  answer(response, 200, fault?.kind === 'broken_answer' ? text.slice(0, text.length / 2) : text);
}

function refuseByFault(fault: ApiFault, response: ServerResponse): void {
  switch (fault.kind) {
    case 'too_many_requests': {
      const { retryAfterSeconds: retry_after } = fault;
      throw new ApiFailure(429, `Too Many Requests: retry after ${retry_after}`, { retry_after });
    }
    case 'refusal':
      throw new ApiFailure(fault.status, fault.description);
    case 'server_error':
      response.writeHead(fault.status, { 'content-type': 'text/html' });
      response.end(`<html><body><h1>${fault.status}</h1></body></html>`);
      break;
    case 'cut_before':
      response.destroy();
      break;
    default:
  }
}

function resultOf(served: ServedBot, call: Call): Promise<unknown> {
  const isPoll = call.method.toLowerCase() === 'getupdates';
  return isPoll ? getUpdates(served.bot, served.polling, call) : runMethod(served.bot, call);
}

function asText(result: unknown): string {
  if (!Array.isArray(result) || !result.some((item) => item instanceof RawJson)) return JSON.stringify(result);
  return `[${result.map((item) => (item instanceof RawJson ? item.text : JSON.stringify(item))).join(',')}]`;
}

/** Answers in the platform's form, whatever went wrong. */
export function refuse(response: ServerResponse, error: unknown): void {
  if (response.destroyed || response.writableEnded) return;
  const failure = error instanceof ApiFailure ? error : badRequest(error instanceof Error ? error.message : 'unknown');
  const { status: error_code, message: description, parameters } = failure;
  const body = { ok: false, error_code, description, ...(parameters === undefined ? {} : { parameters }) };
  answer(response, error_code, JSON.stringify(body));
}

/** Writes a JSON answer. */
export function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
