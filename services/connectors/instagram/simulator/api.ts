import {
  answerCall,
  answerFile,
  checkAppSecretProof,
  type DoubleRequest,
  GraphError,
  graphRefusal,
  graphTokenOf,
  type Reaction,
  readForm,
  type SimulatorWorld,
} from '@trunkline/testkit/simulator';
import { type Account, fileAt } from './account.ts';
import { callComment, listPosts } from './comments.ts';
import { authorize, facebookToken, longToken, shortToken, subscribedApps, subscriptions } from './connect.ts';
import { postMessage, type Sending } from './send.ts';
import type { Fields } from './types.ts';

/** A call that was understood, for tests. */
export interface ApiCall {
  readonly method: string;
  /** Without the version. */
  readonly path: string;
  readonly fields: Fields;
}

/** What the calls work on. */
export interface ApiParts extends Sending {
  readonly world: SimulatorWorld;
  readonly calls: ApiCall[];
}

const rememberedCalls = 10_000;

/** Answers the Graph API of one account, both ways in, and links to files that people sent. */
export async function serveApi(parts: ApiParts, request: DoubleRequest): Promise<Reaction> {
  const { account, calls, world } = parts;
  const path = request.url.pathname.replace(/^\/v\d+\.\d+/, '').replace(/^\/|\/$/g, '');
  if (path === 'oauth/authorize' || path === 'dialog/oauth') return authorize(account, request);
  if (path === 'ig_messaging_cdn') {
    const key = request.url.searchParams.get('asset_id') ?? '';
    return answerFile(account.troubles, fileAt(account, key), { status: 403, body: 'URL signature expired' });
  }
  let fields: Fields;
  try {
    ({ fields } = await readForm(request));
  } catch {
    return graphRefusal(new GraphError(100, 'Invalid parameter: the body is no JSON'));
  }
  if (path === 'oauth/access_token' && request.method === 'POST') return shortToken(account, fields);
  const call = { method: request.method, path, fields };
  calls.push(call);
  if (calls.length > rememberedCalls) calls.shift();
  return await answerCall(account.troubles, {
    method: path.split('/').at(-1) ?? '',
    to: String((fields.recipient as { id?: string } | undefined)?.id ?? ''),
    run: async () => await route(parts, request, call),
    answer: (body) => ({ status: 200, headers: { 'content-type': 'application/json; charset=UTF-8' }, body }),
    refuse: graphRefusal,
    tooMany: () => graphRefusal(new GraphError(4, 'Application request limit reached', { status: 403 })),
    refusal: ({ code = 2, subcode, status, message = 'An error occurred' }) =>
      graphRefusal(new GraphError(Number(code), message, { ...(subcode && { subcode }), ...(status && { status }) })),
    signal: world.ended,
  });
}

async function route(parts: ApiParts, request: DoubleRequest, { method, path, fields }: ApiCall): Promise<unknown> {
  const { account } = parts;
  const [first = '', second = ''] = path.split('/');
  if (path === 'access_token' || path === 'refresh_access_token') return longToken(account, path, fields);
  if (path === 'oauth/access_token') return facebookToken(account, fields);
  const token = graphTokenOf(request, fields);
  const isApp = token === `${account.appId}|${account.appSecret}`;
  const known = [
    account.token,
    `${account.token}-short`,
    account.pageToken,
    account.userToken,
    `${account.userToken}-short`,
  ];
  if (!isApp && (!known.includes(token) || account.isRevoked))
    throw new GraphError(190, 'Error validating access token', account.isRevoked ? { subcode: 460 } : {});
  if (!isApp)
    checkAppSecretProof(fields.appsecret_proof, token, { secret: account.appSecret, isRequired: account.needsProof });
  if (path === `${account.appId}/subscriptions`) return await subscriptions(account, method, fields);
  if (path === 'me/accounts')
    return {
      data: [{ id: account.pageId, name: 'Shop', access_token: account.pageToken, tasks: ['MESSAGING', 'MODERATE'] }],
    };
  if (path === account.pageId && method === 'GET')
    return { id: account.pageId, instagram_business_account: { id: account.id } };
  const isOwn = [account.id, account.pageId, 'me'].includes(first);
  const found = isOwn
    ? await callAccount(parts, `${method} ${second}`, fields)
    : (profileOf(account, method, first) ??
      callComment(account, parts.hook, { call: `${method} ${second}`, id: first, fields }));
  if (found !== undefined) return found;
  throw new GraphError(
    100,
    `Unsupported ${method.toLowerCase()} request. Object with ID '${first}' does not exist, cannot be loaded due to missing permissions, or does not support this operation`,
    { subcode: 33 },
  );
}

async function callAccount(parts: ApiParts, call: string, fields: Fields): Promise<unknown> {
  const { account } = parts;
  const [method = ''] = call.split(' ');
  if (call.endsWith(' subscribed_apps')) return subscribedApps(account, method, fields);
  if (call === 'POST messages') return await postMessage(parts, fields);
  if (call === 'GET media') return listPosts(account, fields);
  if (call === 'GET conversations') return conversations(account);
  if (call !== 'GET ') return undefined;
  return {
    id: account.id,
    user_id: account.id,
    username: account.username,
    name: 'Shop',
    account_type: 'BUSINESS',
    profile_picture_url: 'https://scontent.cdninstagram.com/a.jpg',
  };
}

function profileOf({ people }: Account, method: string, id: string): Fields | undefined {
  const person = people.get(id);
  if (method !== 'GET' || person === undefined) return undefined;
  if (person.lastActedAtMs === undefined) throw new GraphError(230, 'User consent is required to access user profile');
  const { name, username } = person;
  return {
    id,
    name,
    username,
    profile_pic: 'https://scontent.cdninstagram.com/b.jpg',
    follower_count: 12,
    is_user_follow_business: true,
  };
}

function conversations({ people, chats, id, username }: Account): Fields {
  const data = [...people.values()].map((person) => ({
    id: `aWdfZAG06${person.id}`,
    messages: {
      data: chats
        .of(person.id)
        .messages.toReversed()
        .map((one) => ({
          id: one.id,
          message: one.text ?? '',
          created_time: new Date(one.atMs).toISOString(),
          from: one.by === 'client' ? { id: person.id, username: person.username } : { id, username },
        })),
    },
  }));
  return { data };
}
