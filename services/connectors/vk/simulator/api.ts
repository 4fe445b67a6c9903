import {
  answerCall,
  consentPage,
  type DoubleRequest,
  type Reaction,
  readForm,
  type SimulatorWorld,
} from '@trunkline/testkit/simulator';
import { commentMethods } from './comments.ts';
import type { Community } from './community.ts';
import { fileAt, fileMethods, takeUpload } from './files.ts';
import { poll } from './long-poll.ts';
import { chatMethods } from './methods-chats.ts';
import { groupMethods, type MethodParts } from './methods-groups.ts';
import { messageMethods } from './methods-messages.ts';
import { type Fields, limits, VkError } from './types.ts';

/** A call that was understood, for tests. */
export interface ApiCall {
  readonly method: string;
  readonly params: Fields;
}

/** What the calls work on. */
export interface ApiParts extends MethodParts {
  readonly world: SimulatorWorld;
  readonly calls: ApiCall[];
  readonly isPaced: boolean;
}

const methods = {
  ...groupMethods,
  ...messageMethods,
  ...chatMethods,
  ...fileMethods,
  ...commentMethods,
};
const rememberedCalls = 10_000;

/** Answers calls of the API, uploads, links, polls, and the way in by OAuth. */
export async function serveApi(parts: ApiParts, request: DoubleRequest): Promise<Reaction> {
  const { community, world, poll: state, events } = parts;
  const { pathname } = request.url;
  if (pathname === `/whp/${community.id}`) return await poll(community, { events, state, world }, request);
  if (pathname.startsWith('/upload/')) return await takeUpload(community, request);
  if (pathname.startsWith('/file/')) return fileAt(community, request);
  if (pathname === '/authorize') return authorize(community, request);
  const { fields } = await readForm(request);
  if (pathname === '/access_token') return accessToken(community, fields);
  const method = /^\/method\/([\w.]+)$/.exec(pathname)?.[1];
  return method === undefined
    ? { status: 404, body: '' }
    : await answerMethod(parts, request, { method, params: fields });
}

async function answerMethod(parts: ApiParts, request: DoubleRequest, { method, params }: ApiCall): Promise<Reaction> {
  const { community, calls, world } = parts;
  calls.push({ method, params });
  if (calls.length > rememberedCalls) calls.shift();
  const refuse = (error: unknown) => refused(error, params);
  return await answerCall(community.troubles, {
    method,
    to: String(params.peer_id ?? params.user_id ?? params.post_id ?? ''),
    run: () => {
      const token = params.access_token ?? /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
      if (token !== community.token || community.isRevoked) throw new VkError(5);
      if (params.v === undefined) throw new VkError(8);
      if (parts.isPaced) pace(parts);
      if (!Object.hasOwn(methods, method)) throw new VkError(3);
      return methods[method as keyof typeof methods]?.(parts, params);
    },
    answer: (response) => ({
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: { response },
    }),
    refuse,
    tooMany: () => refuse(new VkError(6)),
    refusal: ({ code = 10 }) => refuse(new VkError(Number(code))),
    signal: world.ended,
  });
}

function refused(error: unknown, params: Fields): Reaction {
  if (!(error instanceof VkError)) throw error;
  const request_params = Object.entries(params)
    .filter(([key]) => key !== 'access_token')
    .map(([key, value]) => ({ key, value: String(value) }));
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: { error: { error_code: error.code, error_msg: error.message, request_params } },
  };
}

const seconds = new WeakMap<Community, number[]>();

function pace({ community }: ApiParts): void {
  const now = community.now();
  const recent = (seconds.get(community) ?? []).filter((atMs) => atMs > now - 1_000);
  if (recent.length >= limits.requestsASecond) throw new VkError(6);
  seconds.set(community, [...recent, now]);
}

/** The page where an owner lets an app in; its code is good for one token. */
function authorize(community: Community, request: DoubleRequest): Reaction {
  const { client_id: client = '', scope = '' } = Object.fromEntries(request.url.searchParams);
  if (client !== community.appId)
    return { status: 401, body: { error: 'invalid_client', error_description: 'client_id is incorrect' } };
  return consentPage(request, {
    platform: 'VK',
    app: 'Trunkline',
    scopes: scope.split(','),
    choices: [{ id: String(community.id), label: community.name }],
    allow: () => ({ code: `code_of_${community.id}` }),
    deny: { error: 'access_denied', error_description: 'User denied your request' },
  });
}

function accessToken(community: Community, { client_id: client, client_secret: secret, code }: Fields): Reaction {
  if (client !== community.appId || secret !== community.appSecret)
    return { status: 401, body: { error: 'invalid_client', error_description: 'client_secret is incorrect' } };
  if (code !== `code_of_${community.id}`)
    return { status: 401, body: { error: 'invalid_grant', error_description: 'Code is invalid or expired.' } };
  community.isRevoked = false;
  return { status: 200, body: { groups: [{ group_id: community.id, access_token: community.token }], expires_in: 0 } };
}
