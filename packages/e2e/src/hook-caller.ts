import assert from 'node:assert/strict';
import type { TelegramSimulator } from '../../../services/connectors/telegram/simulator/index.ts';

/** An answer of the HTTP door. */
export interface Answered {
  readonly status: number;
  /** Undefined where it is no JSON. */
  readonly body: Record<string, unknown> | undefined;
}

/** How a call of the hook differs from a proper one. */
export interface HookCallOptions {
  /** None at all, or another one; the true one by default. */
  readonly secret?: string | undefined;
  /** Another channel than the bot's. */
  readonly channelId?: string;
}

/** Calls the bot's hook as anybody could who knows its address. */
export async function callHook(
  simulator: TelegramSimulator,
  body: string | Uint8Array,
  options: HookCallOptions = {},
): Promise<Answered> {
  const { hook } = simulator.state;
  assert.ok(hook, 'the bot has no hook');
  const secret = 'secret' in options ? options.secret : hook.secret;
  const proof = secret === undefined ? {} : { 'x-telegram-bot-api-secret-token': secret };
  const url = hook.url.replace(/(\/hooks\/telegram\/)[^/]+/, `$1${options.channelId ?? hook.url.split('/').at(-1)}`);
  return await answered(url, { method: 'POST', headers: { 'content-type': 'application/json', ...proof }, body });
}

/** A call of the HTTP door, with the body that it answered. */
export async function answered(url: string | URL, request: RequestInit): Promise<Answered> {
  const response = await fetch(url, { ...request, signal: AbortSignal.timeout(30_000) });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, body: isJson ? JSON.parse(text) : undefined };
}

/** A refusal says what is wrong by a code, a sentence and a remedy. */
export function assertRefused({ status, body }: Answered, wanted: { status: number; code: string }): void {
  assert.equal(status, wanted.status);
  assert.equal(body?.code, wanted.code);
  assert.match(String(body?.message), /^\S.{7,}/);
  assert.match(String(body?.remedy), /^\S.{7,}\.$/);
}
