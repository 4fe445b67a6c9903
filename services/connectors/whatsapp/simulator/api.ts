import {
  answerCall,
  type DoubleRequest,
  type Form,
  GraphError,
  graphRefusal,
  graphTokenOf,
  type Reaction,
  readForm,
  type SimulatorWorld,
} from '@trunkline/testkit/simulator';
import { z } from 'zod';
import type { Account } from './account.ts';
import { debugToken, dialog, exchangeCode, subscribeAccount, subscribedApp, subscriptions } from './connect.ts';
import type { createGroups } from './groups.ts';
import { describeMedia, fetchMedia, uploadMedia } from './media.ts';
import { check, refusal } from './read-message.ts';
import { postMessage, type Sending } from './send.ts';
import { createTemplate, deleteTemplate, listTemplates } from './templates.ts';
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
  readonly account: Account;
  readonly groups: ReturnType<typeof createGroups>;
  readonly world: SimulatorWorld;
  readonly calls: ApiCall[];
}

const rememberedCalls = 10_000;

/** Answers the Graph API of one number. */
export async function serveApi(parts: ApiParts, request: DoubleRequest): Promise<Reaction> {
  const { account, calls, world } = parts;
  if (request.url.pathname.startsWith('/whatsapp_business/attachments/')) return fetchMedia(account, request);
  if (request.url.pathname.endsWith('/dialog/oauth')) return dialog(account, request);
  const path = request.url.pathname.replace(/^\/v\d+\.\d+/, '').replace(/^\/|\/$/g, '');
  let form: Form;
  try {
    form = await readForm(request);
  } catch {
    return graphRefusal(new GraphError(100, 'Invalid parameter: the body is no JSON'));
  }
  const call = { method: request.method, path, fields: form.fields };
  calls.push(call);
  if (calls.length > rememberedCalls) calls.shift();
  return await answerCall(account.troubles, {
    method: path.split('/').at(-1) ?? '',
    to: personAddressed(account, form.fields),
    run: async () => {
      if (path === 'oauth/access_token') return exchangeCode(account, form.fields);
      const token = graphTokenOf(request, form.fields);
      checkToken(account, token);
      if (path === `${account.appId}/subscriptions`)
        return await subscriptions(account, { method: request.method, token, fields: form.fields });
      return await route(parts, call, form);
    },
    answer: (body) => ({ status: 200, headers: { 'content-type': 'application/json; charset=UTF-8' }, body }),
    refuse: graphRefusal,
    tooMany: () => graphRefusal(refusal(130429, 'Rate limit hit: Cloud API message throughput has been reached.')),
    refusal: ({ code = 131000, subcode, status, message = 'Something went wrong' }) =>
      graphRefusal(
        new GraphError(Number(code), message, {
          ...(subcode && { subcode }),
          ...(status && { status }),
          data: { messaging_product: 'whatsapp', details: message },
        }),
      ),
    signal: world.ended,
  });
}

function personAddressed(account: Account, { to, recipient }: Fields): string {
  const address = String(to ?? recipient ?? '').replace(/^\+/, '');
  return (
    [...account.people.values()].find(({ phone, userId }) => phone === address || userId === address)?.id ?? address
  );
}

function checkToken(account: Account, token: string): void {
  const isApp = token === `${account.appId}|${account.appSecret}`;
  if (isApp || (token === account.token && !account.isRevoked)) return;
  const words = account.isRevoked
    ? 'Error validating access token: the session is invalid.'
    : 'Invalid OAuth access token - Cannot parse access token';
  throw new GraphError(190, words, account.isRevoked ? { subcode: 460 } : {});
}

async function route(parts: ApiParts, { method, path, fields }: ApiCall, form: Form): Promise<unknown> {
  const { account, groups, world } = parts;
  const [first = '', second = '', ...rest] = path.split('/');
  if (path === 'debug_token') return debugToken(account, fields);
  const found =
    rest.length > 0
      ? undefined
      : first === account.phoneNumberId
        ? await callNumber(parts, `${method} ${second}`, form)
        : first === account.wabaId
          ? await callAccount(account, `${method} ${second}`, fields)
          : callThing();
  if (found !== undefined) return found;
  throw new GraphError(
    100,
    `Unsupported ${method.toLowerCase()} request. Object with ID '${first}' does not exist, cannot be loaded due to missing permissions, or does not support this operation`,
    { subcode: 33 },
  );

  function callThing(): unknown {
    const group = account.groups.get(decodeURIComponent(first));
    if (group !== undefined) return groups.call(group, [method, second], fields);
    if (second !== '') return undefined;
    if (method === 'GET') return describeMedia(account, first, world.url());
    return method === 'DELETE' && account.media.delete(first) ? { success: true } : undefined;
  }
}

const pin = z.strictObject({ messaging_product: z.literal('whatsapp'), pin: z.string().regex(/^\d{6}$/) });
const users = z.strictObject({
  messaging_product: z.literal('whatsapp'),
  block_users: z.array(z.strictObject({ user: z.string() })).min(1),
});

async function callNumber(parts: ApiParts, call: string, form: Form): Promise<unknown> {
  const { account, groups } = parts;
  const { fields } = form;
  if (!account.isRegistered && call !== 'POST register' && call !== 'GET ')
    throw refusal(133010, 'Phone number is not registered on the WhatsApp Business Platform.');
  switch (call) {
    case 'POST messages':
      return postMessage(account, parts, fields);
    case 'POST media':
      return uploadMedia(account, form);
    case 'POST groups':
      return groups.create(fields);
    case 'GET groups':
      return { data: { groups: [...account.groups.values()].map(({ id, subject }) => ({ id, subject })) } };
    case 'POST register':
      check(pin, fields);
      account.isRegistered = true;
      return { success: true };
    case 'POST deregister':
      account.isRegistered = false;
      return { success: true };
    case 'POST block_users':
    case 'DELETE block_users':
      return blockUsers(account, check(users, fields).block_users, call.startsWith('POST'));
    case 'GET block_users':
      return { data: [...account.blocked].map((wa_id) => ({ messaging_product: 'whatsapp', wa_id })) };
    case 'GET ':
      return chosen(numberFields(account), fields);
    default:
      return undefined;
  }
}

function blockUsers(account: Account, named: readonly { readonly user: string }[], isBlocked: boolean): Fields {
  const ids = named.map(({ user }) => personAddressed(account, { to: user }));
  for (const id of ids) isBlocked ? account.blocked.add(id) : account.blocked.delete(id);
  const list = named.map(({ user }, index) => ({ input: user, wa_id: ids[index] }));
  return { messaging_product: 'whatsapp', block_users: { [isBlocked ? 'added_users' : 'removed_users']: list } };
}

function numberFields({ phoneNumberId: id, phone, isRegistered, isCoexistence }: Account): Fields {
  return {
    id,
    display_phone_number: `+${phone.slice(0, 1)} ${phone.slice(1, 4)}-${phone.slice(4, 7)}-${phone.slice(7)}`,
    verified_name: 'Shop (simulated)',
    quality_rating: 'GREEN',
    code_verification_status: isRegistered ? 'VERIFIED' : 'NOT_VERIFIED',
    platform_type: 'CLOUD_API',
    throughput: { level: 'STANDARD' },
    is_on_biz_app: isCoexistence,
    status: isRegistered ? 'CONNECTED' : 'DISCONNECTED',
    messaging_limit_tier: 'TIER_250',
  };
}

const usualFields =
  'verified_name,code_verification_status,display_phone_number,quality_rating,platform_type,throughput';

function chosen(all: Fields, { fields = usualFields }: Fields): Fields {
  const names = ['id', ...String(fields).split(',')];
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}

async function callAccount(account: Account, call: string, fields: Fields): Promise<unknown> {
  switch (call) {
    case 'POST subscribed_apps':
      return await subscribeAccount(account, fields);
    case 'GET subscribed_apps':
      return { data: account.isSubscribed ? [subscribedApp(account)] : [] };
    case 'DELETE subscribed_apps':
      account.isSubscribed = false;
      account.accountHook = undefined;
      return { success: true };
    case 'GET phone_numbers':
      return { data: [chosen(numberFields(account), fields)] };
    case 'POST message_templates':
      return createTemplate(account, fields);
    case 'GET message_templates':
      return listTemplates(account, fields);
    case 'DELETE message_templates':
      return deleteTemplate(account, fields);
    case 'GET ':
      return {
        id: account.wabaId,
        name: 'Shop (simulated)',
        currency: 'USD',
        timezone_id: '1',
        message_template_namespace: 'ns_1',
      };
    default:
      return undefined;
  }
}
