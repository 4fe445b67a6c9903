import { ApiFailure, badRequest } from './api-failure.ts';
import type { Bot, Method } from './bot.ts';
import { isTrue, numberOf } from './read-params.ts';
import type { Call, Fields } from './types.ts';

const fileMaxBytes = 20 * 1_024 * 1_024;

/** Methods about the bot itself: who it is, where its updates go, what its files are. */
export const hookMethods: Readonly<Record<string, Method>> = {
  getMe: ({ user }) => ({
    ...user,
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
  }),
  setWebhook: (bot, { params }) => {
    const { url = '', secret_token: secret, allowed_updates: allowed } = params;
    if (url === '') return removeHook(bot, params);
    checkAddress(String(url));
    const isSecretFit = secret === undefined || /^[A-Za-z0-9_-]{1,256}$/.test(String(secret));
    if (!isSecretFit) throw badRequest('secret token contains unallowed characters');
    const allowedUpdates = Array.isArray(allowed) ? allowed.map(String) : bot.hook?.allowedUpdates;
    const maxConnections = Math.min(100, Math.max(1, numberOf(params.max_connections) ?? 40));
    if (isTrue(params.drop_pending_updates)) bot.updates.confirm(Number.MAX_SAFE_INTEGER);
    bot.updates.allow(allowedUpdates);
    bot.hook = {
      url: String(url),
      secret: secret === undefined ? undefined : String(secret),
      maxConnections,
      allowedUpdates,
      lastErrorDate: undefined,
      lastErrorMessage: undefined,
    };
    return true;
  },
  deleteWebhook: (bot, { params }) => removeHook(bot, params),
  getWebhookInfo: ({ hook, updates }) => {
    const base = {
      url: hook?.url ?? '',
      has_custom_certificate: false,
      pending_update_count: updates.waiting().length,
    };
    if (hook === undefined) return base;
    const { lastErrorDate: last_error_date, lastErrorMessage: last_error_message } = hook;
    const error = last_error_date === undefined ? {} : { last_error_date, last_error_message };
    const allowed = hook.allowedUpdates === undefined ? {} : { allowed_updates: hook.allowedUpdates };
    return { ...base, max_connections: hook.maxConnections, ip_address: '127.0.0.1', ...allowed, ...error };
  },
  getFile: ({ files }, { params }) => {
    const file = files.get(String(params.file_id));
    if (file === undefined) throw badRequest('wrong file_id or the file is temporarily unavailable');
    if (file.bytes.length > fileMaxBytes) throw badRequest('file is too big');
    const { file_id, file_unique_id, path: file_path, bytes } = file;
    return { file_id, file_unique_id, file_size: bytes.length, file_path };
  },
  getChat: ({ rooms }, { params }) => {
    const room = rooms.get(numberOf(params.chat_id) ?? 0);
    if (room === undefined) throw badRequest('chat not found');
    return room.chat;
  },
  setMyCommands: () => true,
  getMyCommands: () => [],
  deleteMyCommands: () => true,
};

function removeHook(bot: Bot, params: Fields): true {
  bot.hook = undefined;
  if (isTrue(params.drop_pending_updates)) bot.updates.confirm(Number.MAX_SAFE_INTEGER);
  return true;
}

/** The platform wants HTTPS; a simulator on one's own machine also takes HTTP. */
function checkAddress(url: string): void {
  if (!URL.canParse(url)) throw badRequest('invalid webhook URL specified');
  if (!/^https?:$/.test(new URL(url).protocol))
    throw badRequest('bad webhook: An HTTPS URL must be provided for webhook');
}

/** The one question for updates that may be open; a second one ends the first. */
export interface Polling {
  current: AbortController | undefined;
}

/** Waits for updates, as long as asked, and confirms all below the offset. */
export async function getUpdates(bot: Bot, polling: Polling, call: Call): Promise<unknown[]> {
  if (bot.hook !== undefined) {
    throw new ApiFailure(
      409,
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    );
  }
  polling.current?.abort();
  const own = new AbortController();
  polling.current = own;
  const { params } = call;
  if (Array.isArray(params.allowed_updates)) bot.updates.allow(params.allowed_updates.map(String));
  const offset = numberOf(params.offset);
  if (offset !== undefined) bot.updates.confirm(offset);
  const seconds = Math.min(50, numberOf(params.timeout) ?? 0);
  const timeout = AbortSignal.timeout(seconds * 1_000);
  while (bot.updates.waiting().length === 0 && !timeout.aborted && !call.signal.aborted) {
    await bot.updates.next(AbortSignal.any([timeout, own.signal, call.signal]));
    if (own.signal.aborted) {
      throw new ApiFailure(
        409,
        'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
      );
    }
  }
  const limit = Math.min(100, Math.max(1, numberOf(params.limit) ?? 100));
  return bot.updates
    .waiting()
    .slice(0, limit)
    .map(({ text }) => new RawJson(text));
}

/** JSON that is passed on as it is, because it may hold numbers that JSON.parse would spoil. */
export class RawJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
