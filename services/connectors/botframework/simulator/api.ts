import {
  answerCall,
  answerFile,
  type DoubleRequest,
  fromBigJson,
  type Reaction,
  readForm,
  type SimulatorWorld,
} from '@trunkline/testkit/simulator';
import { type Bot, conversationOf, openConversation } from './bot.ts';
import { changeActivity, postActivity, upload } from './send.ts';
import { checkToken, giveToken, SignInError, type SigningKeys } from './tokens.ts';
import { type Fields, ServiceError } from './types.ts';

/** A call that was understood, for tests. */
export interface ApiCall {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** What the calls work on. */
export interface ApiParts {
  readonly bot: Bot;
  readonly keys: SigningKeys;
  readonly world: SimulatorWorld;
  readonly calls: ApiCall[];
  readonly isPaced: boolean;
}

const rememberedCalls = 10_000;
const jsonHeaders = { 'content-type': 'application/json; charset=utf-8' };

/** Answers what several hosts of the platform answer: sign-in, the service's keys, the connector service, files. */
export async function serveApi(parts: ApiParts, request: DoubleRequest): Promise<Reaction> {
  const { bot, keys, world } = parts;
  const { pathname } = request.url;
  if (pathname === '/v1/.well-known/openidconfiguration') return json(metadata(world.url()));
  if (pathname === '/v1/.well-known/keys') return json(keys.jwks());
  if (/^\/[^/]+\/oauth2\/v2\.0\/token$/.test(pathname)) return await signIn(bot, request);
  if (pathname.startsWith('/files/')) return fileAt(bot, request);
  const path = /\/v3\/(.+?)\/?$/.exec(pathname)?.[1];
  return path === undefined ? { status: 404, body: '' } : await answerService(parts, request, path);
}

function json(body: unknown, status = 200): Exclude<Reaction, string> {
  return { status, headers: jsonHeaders, body };
}

function metadata(url: string): Fields {
  return {
    issuer: 'https://api.botframework.com',
    authorization_endpoint: 'https://invalid.botframework.com',
    jwks_uri: `${url}/v1/.well-known/keys`,
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
  };
}

async function signIn(bot: Bot, request: DoubleRequest): Promise<Reaction> {
  try {
    return json(giveToken(bot, (await readForm(request)).fields));
  } catch (error) {
    if (!(error instanceof SignInError)) throw error;
    return json({ error: error.error, error_description: error.message }, error.status);
  }
}

async function answerService(parts: ApiParts, request: DoubleRequest, path: string): Promise<Reaction> {
  const { bot, calls, world } = parts;
  calls.push({ method: request.method, path, body: request.body.toString() });
  if (calls.length > rememberedCalls) calls.shift();
  const [, conversation = ''] = path.split('/').map(decodeURIComponent);
  return await answerCall(bot.troubles, {
    method: `${request.method} ${path.split('/')[2] ?? ''}`.trim(),
    to: conversation,
    run: () => {
      checkToken(bot, request.headers.authorization);
      return route(parts, request, path.split('/').map(decodeURIComponent));
    },
    answer: (result) => json(result, request.method === 'POST' ? 201 : 200),
    refuse: refused,
    tooMany: (seconds) => refused(new ServiceError(429, 'TooManyRequests', 'API calls quota exceeded.', seconds)),
    refusal: ({ status = 403, code = 'ForbiddenOperationException', message }) =>
      refused(new ServiceError(status, String(code), message)),
    signal: world.ended,
  });
}

function refused(error: unknown): Reaction {
  if (!(error instanceof ServiceError)) throw error;
  const { status, code, message, retryAfterSeconds } = error;
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return { ...json({ error: { code, message } }, status), headers: { ...jsonHeaders, ...headers } };
}

function route(
  { bot, isPaced }: ApiParts,
  { method, body }: DoubleRequest,
  [what, id, below, which]: readonly string[],
): Fields | Fields[] {
  const call = `${method} ${below ?? ''}`;
  if (what !== 'conversations') throw new ServiceError(404, 'NotFound');
  if (id === undefined) return method === 'POST' ? begin(bot, body, isPaced) : { conversations: [] };
  if (call === 'POST activities')
    return postActivity(bot, { id, ...(which !== undefined && { replyTo: which }), body, isPaced });
  if (call === 'PUT activities' && which !== undefined) return changeActivity(bot, { id, activity: which, body });
  if (call === 'DELETE activities' && which !== undefined)
    return changeActivity(bot, { id, activity: which, body: undefined });
  if (call === 'POST attachments') return upload(bot, id, body);
  const members = [...conversationOf(bot, id).members].map((member) => {
    const name = bot.people.get(member)?.name ?? '';
    const [givenName, surname = ''] = name.split(' ');
    return { id: member, name, givenName, surname, aadObjectId: `0f8f${member.slice(-8)}`, tenantId: bot.tenantId };
  });
  if (call === 'GET members' && which === undefined) return members;
  if (call === 'GET pagedmembers') return { members };
  const found = members.find((member) => member.id === which);
  if (call === 'GET members' && found !== undefined) return found;
  throw new ServiceError(404, 'NotFound', `There is no ${method} ${below}.`);
}

/** POST /v3/conversations: the bot speaks first. Throws ServiceError. */
function begin(bot: Bot, body: Buffer, isPaced: boolean): Fields {
  const {
    members = [],
    isGroup,
    activity,
    topicName: title,
  } = fromBigJson(body.toString()) as {
    members?: { id: string }[];
    isGroup?: boolean;
    activity?: Fields;
    topicName?: string;
  };
  const [first] = members;
  const person = bot.people.get(first?.id ?? '');
  if (person === undefined) throw new ServiceError(400, 'BadArgument', 'Unknown user.');
  const known = bot.conversations.get(person.conversation);
  const conversation =
    isGroup === true || known === undefined
      ? openConversation(bot, {
          channel: person.channel,
          type: 'groupChat',
          title: title ?? 'Group',
          members: members.map((one) => one.id),
        })
      : known;
  if (activity === undefined) return { id: conversation.id };
  const { id } = postActivity(bot, { id: conversation.id, body: Buffer.from(JSON.stringify(activity)), isPaced });
  return { id: conversation.id, activityId: id };
}

function fileAt(bot: Bot, { url, headers }: DoubleRequest): Reaction {
  const file = bot.files.get(url.pathname.split('/')[2] ?? '');
  try {
    if (file?.isPublic === false) checkToken(bot, headers.authorization);
  } catch (error) {
    return refused(error);
  }
  return answerFile(bot.troubles, file, { status: 404, body: '' });
}
