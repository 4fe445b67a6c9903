import {
  answerCall,
  answerFile,
  checkAppSecretProof,
  type DoubleRequest,
  type Form,
  GraphError,
  graphRefusal,
  graphTokenOf,
  type Reaction,
  readForm,
  type SimulatorWorld,
} from '@trunkline/testkit/simulator';
import { callComment } from './comments.ts';
import { accessToken, debugToken, dialog, messengerProfile, subscribedApps, subscriptions } from './connect.ts';
import { callControl } from './control.ts';
import { keepFile, nextNumber, type Page } from './page.ts';
import { checkSize, postMessage, type Sending } from './send.ts';
import { createTemplate, listTemplates } from './templates.ts';
import type { Fields } from './types.ts';
import { conversations, listPosts } from './wall-and-threads.ts';

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
const usage = { 'x-app-usage': '{"call_count":100,"total_time":25,"total_cputime":25}' };

/** Answers the Graph API of one page, the way in, and links to files that people sent. */
export async function serveApi(parts: ApiParts, request: DoubleRequest): Promise<Reaction> {
  const { page, calls, world } = parts;
  const path = request.url.pathname.replace(/^\/v\d+\.\d+/, '').replace(/^\/|\/$/g, '');
  if (path === 'dialog/oauth') return dialog(page, request);
  if (path.startsWith('cdn/'))
    return answerFile(page.troubles, page.files.get(path.split('/')[1] ?? ''), {
      status: 403,
      body: 'URL signature expired',
    });
  let form: Form;
  try {
    form = await readForm(request);
  } catch {
    return graphRefusal(new GraphError(100, 'Invalid parameter: the body is no JSON'));
  }
  const call = { method: request.method, path, fields: form.fields };
  calls.push(call);
  if (calls.length > rememberedCalls) calls.shift();
  return await answerCall(page.troubles, {
    method: path.split('/').at(-1) ?? '',
    to: String((form.fields.recipient as { id?: string } | undefined)?.id ?? ''),
    run: async () => await route(parts, request, { ...form, call }),
    answer: (body) => ({ status: 200, headers: { 'content-type': 'application/json; charset=UTF-8' }, body }),
    refuse: graphRefusal,
    tooMany: () => ({
      ...graphRefusal(new GraphError(4, 'Application request limit reached', { status: 403 })),
      headers: { ...usage, 'content-type': 'application/json' },
    }),
    refusal: ({ code = 2, subcode, status, message = 'An error occurred' }) =>
      graphRefusal(new GraphError(Number(code), message, { ...(subcode && { subcode }), ...(status && { status }) })),
    signal: world.ended,
  });
}

async function route(
  parts: ApiParts,
  request: DoubleRequest,
  { call, ...form }: Form & { readonly call: ApiCall },
): Promise<unknown> {
  const { page } = parts;
  const { method, path, fields } = call;
  const [first = '', second = ''] = path.split('/');
  if (path === 'oauth/access_token') return accessToken(page, fields);
  const token = graphTokenOf(request, fields);
  const isApp = token === `${page.appId}|${page.appSecret}`;
  const isUser = token === page.userToken || token === `${page.userToken}-short`;
  if (!isApp && ((!isUser && token !== page.token) || page.isRevoked))
    throw new GraphError(190, 'Error validating access token', page.isRevoked ? { subcode: 460 } : {});
  if (!isApp)
    checkAppSecretProof(fields.appsecret_proof, token, { secret: page.appSecret, isRequired: page.needsProof });
  if (path === 'debug_token') return debugToken(page, fields);
  if (path === `${page.appId}/subscriptions`) return await subscriptions(page, method, fields);
  if (path === 'me/accounts')
    return isUser
      ? {
          data: [
            { id: page.id, name: page.name, access_token: page.token, tasks: ['MESSAGING', 'MODERATE', 'MANAGE'] },
          ],
        }
      : noSuch(method, first);
  if (token !== page.token) throw new GraphError(210, 'A page access token is required to request this resource.');
  const isPage = first === 'me' || first === page.id;
  const found = isPage
    ? await callPage(parts, `${method} ${second}`, form)
    : (profileOf(page, method, first) ??
      callComment(page, parts.hook, { call: `${method} ${second}`, id: first, fields }));
  return found ?? noSuch(method, first);
}

function noSuch(method: string, id: string): never {
  throw new GraphError(
    100,
    `Unsupported ${method.toLowerCase()} request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation`,
    { subcode: 33 },
  );
}

async function callPage(parts: ApiParts, call: string, form: Form): Promise<unknown> {
  const { page, hook } = parts;
  const { fields } = form;
  const [method = ''] = call.split(' ');
  if (call.endsWith(' subscribed_apps')) return subscribedApps(page, method, fields);
  if (call.endsWith(' messenger_profile')) return messengerProfile(page, method, fields);
  if (call === 'POST messages') return await postMessage(parts, fields);
  if (call === 'POST message_attachments') return upload(page, form);
  if (call === 'GET message_templates') return listTemplates(page, fields);
  if (call === 'POST message_templates') return createTemplate(page, hook, fields);
  if (call === 'GET conversations') return conversations(page, parts.world.url(), fields);
  if (call === 'GET feed') return listPosts(page, fields);
  if (call === 'GET ') return { id: page.id, name: page.name, link: `https://www.facebook.com/${page.id}` };
  return callControl(page, hook, call, fields);
}

/** POST /me/message_attachments: multipart with `message` and `filedata`. Throws GraphError. */
function upload(page: Page, { fields, files }: Form): Fields {
  const file = files.get('filedata');
  const { attachment } = (typeof fields.message === 'string' ? JSON.parse(fields.message) : (fields.message ?? {})) as {
    attachment?: { type?: string };
  };
  const type = attachment?.type;
  if (type === undefined || !['image', 'audio', 'video', 'file'].includes(type))
    throw new GraphError(100, 'Param message.attachment.type is wrong');
  if (file === undefined)
    throw new GraphError(100, 'Param filedata must be given: Upload attachment failure', { subcode: 2018047 });
  checkSize(type, file);
  if (type === 'image' && !file.mimeType.startsWith('image/'))
    throw new GraphError(100, 'Upload attachment failure: it is no image', { subcode: 2018047 });
  const attachment_id = `1745${nextNumber(page)}`;
  page.attachments.set(attachment_id, { type, file: keepFile(page, file) });
  return { attachment_id };
}

function profileOf({ people }: Page, method: string, id: string): Fields | undefined {
  const person = people.get(id);
  if (method !== 'GET' || person === undefined) return undefined;
  const [first_name, last_name = ''] = person.name.split(' ');
  return {
    id,
    first_name,
    last_name,
    profile_pic: 'https://platform-lookaside.fbsbx.com/a.jpg',
    locale: 'ru_RU',
    timezone: 3,
  };
}
