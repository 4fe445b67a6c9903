import {
  answerCall,
  answerFile,
  type DoubleRequest,
  type HookCaller,
  type Reaction,
  readForm,
  type SimulatorWorld,
  toBigJson,
} from '@trunkline/testkit/simulator';
import { z } from 'zod';
import type { Account } from './account.ts';
import { type Event, tryHook } from './hook.ts';
import { broadcast, sendMessage } from './send.ts';
import { chosenEvents, type Fields, limits, type StatusName, statuses, ViberRefusal } from './types.ts';

/** A call that was understood, for tests. */
export interface ApiCall {
  readonly method: string;
  readonly fields: Fields;
}

/** What the calls work on. */
export interface ApiParts {
  readonly account: Account;
  readonly hook: HookCaller<Event>;
  readonly world: SimulatorWorld;
  readonly calls: ApiCall[];
  readonly answerLimitMs: number;
}

const rememberedCalls = 10_000;

/** Answers /pa/<method>, and the links to files that people sent. */
export async function serveApi(parts: ApiParts, request: DoubleRequest): Promise<Reaction> {
  const { account, calls, world } = parts;
  const { pathname } = request.url;
  if (pathname.startsWith('/media/')) return fileAt(account, pathname.split('/')[2] ?? '');
  const method = /^\/pa\/(\w+)$/.exec(pathname)?.[1];
  if (method === undefined || request.method !== 'POST') return { status: 404, body: '' };
  let fields: Fields;
  try {
    ({ fields } = await readForm(request));
  } catch {
    return refused(new ViberRefusal('badData', 'the body is no JSON'));
  }
  calls.push({ method, fields });
  if (calls.length > rememberedCalls) calls.shift();
  return await answerCall(account.troubles, {
    method,
    to: String(fields.receiver ?? ''),
    run: () => {
      const token = request.headers['x-viber-auth-token'] ?? fields.auth_token;
      if (token !== account.token || account.isRevoked) throw new ViberRefusal('invalidAuthToken');
      if (request.body.length > limits.bodyBytes) throw new ViberRefusal('badData', 'the body is larger than 30 KB');
      return call(parts, method, fields);
    },
    answer: (result) => said({ status: 0, status_message: 'ok', ...(result as Fields) }),
    refuse: refused,
    tooMany: () => refused(new ViberRefusal('tooManyRequests')),
    refusal: ({ code = 'badData' }) => refused(new ViberRefusal(nameOf(code))),
    signal: world.ended,
  });
}

/** HTTP says 200 whatever the result is. */
function said(body: Fields): Exclude<Reaction, string> {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: toBigJson(body) };
}

function refused(error: unknown): Reaction {
  if (!(error instanceof ViberRefusal)) throw error;
  return said({ status: error.status, status_message: error.message, chat_hostname: 'SN-CHAT-05_' });
}

function nameOf(code: string | number): StatusName {
  const found = Object.entries(statuses).find(([name, status]) => name === code || status === Number(code));
  if (found === undefined) throw new Error(`there is no status ${code}`);
  return found[0] as StatusName;
}

function fileAt(account: Account, id: string): Reaction {
  const file = account.files.get(id);
  const isAlive = file !== undefined && file.untilMs > account.now();
  return answerFile(account.troubles, isAlive ? file : undefined, { status: 403, body: 'expired' });
}

async function call(parts: ApiParts, method: string, fields: Fields): Promise<Fields> {
  const { account, hook } = parts;
  switch (method) {
    case 'set_webhook':
      return await setWebhook(parts, fields);
    case 'get_account_info':
      return aboutAccount(account);
    case 'send_message':
      return sendMessage(account, hook, fields);
    case 'broadcast_message':
      return broadcast(account, hook, fields);
    case 'get_user_details':
      return details(account, String(fields.id ?? ''));
    case 'get_online':
      return online(account, fields.ids);
    default:
      throw new ViberRefusal('badData', `there is no method ${method}`);
  }
}

const webhook = z.object({
  url: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]),
  event_types: z
    .array(z.enum(['delivered', 'seen', 'failed', 'subscribed', 'unsubscribed', 'conversation_started', 'message']))
    .optional(),
  send_name: z.boolean().optional(),
  send_photo: z.boolean().optional(),
});

async function setWebhook({ account, answerLimitMs }: ApiParts, fields: Fields): Promise<Fields> {
  const read = webhook.safeParse(fields);
  if (!read.success) {
    const isUrl = read.error.issues[0]?.path[0] === 'url';
    throw isUrl
      ? new ViberRefusal('invalidUrl', 'url is not valid')
      : new ViberRefusal('badData', 'event_types are not valid');
  }
  const { url, event_types: events = chosenEvents } = read.data;
  if (url === '') {
    account.hook = undefined;
    return {};
  }
  await tryHook(account, url, answerLimitMs);
  account.hook = { url, events };
  return {
    chat_hostname: 'SN-CHAT-05_',
    event_types: [...new Set([...events, 'subscribed', 'unsubscribed', 'message'])],
  };
}

function aboutAccount({ id, name, uri, hook, people }: Account): Fields {
  const members = [{ id: '01234567890A=', name: 'Owner', role: 'admin' }];
  const subscribers_count = [...people.values()].filter(({ isSubscribed }) => isSubscribed).length;
  const set = hook === undefined ? {} : { webhook: hook.url, event_types: [...hook.events, 'message'] };
  return {
    id,
    name,
    uri,
    icon: 'https://media-direct.cdn.viber.com/pg_download?id=icon',
    category: 'Companies',
    subcategory: 'Shops',
    country: 'RU',
    subscribers_count,
    members,
    ...set,
    chat_hostname: 'SN-CHAT-05_',
  };
}

const halfDayMs = 12 * 60 * 60_000;

function details(account: Account, id: string): Fields {
  const person = account.people.get(id);
  if (person === undefined) throw new ViberRefusal('receiverNotRegistered');
  if (!person.isSubscribed) throw new ViberRefusal('receiverNotSubscribed');
  person.detailsAskedAt = person.detailsAskedAt.filter((atMs) => atMs > account.now() - halfDayMs);
  if (person.detailsAskedAt.length >= limits.detailsIn12Hours) throw new ViberRefusal('tooManyRequests');
  person.detailsAskedAt.push(account.now());
  const { name, language, country, apiVersion: api_version } = person;
  return {
    user: {
      id,
      name,
      language,
      country,
      api_version,
      primary_device_os: 'android 14',
      viber_version: '21.0',
      mcc: 250,
      mnc: 1,
      device_type: 'Pixel',
    },
  };
}

function online(account: Account, ids: unknown): Fields {
  if (!Array.isArray(ids) || ids.length > limits.online) throw new ViberRefusal('badData', 'ids are not valid');
  const users = ids.map((id: string) => {
    const person = account.people.get(id);
    const online_status = person === undefined ? 4 : person.isOffline ? 1 : 0;
    return {
      id,
      online_status,
      online_status_message: ['online', 'offline', 'undisclosed', 'try later', 'unavailable'][online_status],
    };
  });
  return { users };
}
