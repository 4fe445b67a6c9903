import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { test } from 'node:test';
import { startHttpDouble, until } from '@trunkline/testkit';
import { createInstagramSimulator, type InstagramOptions } from './index.ts';

interface Entry {
  readonly id: string;
  readonly messaging?: readonly Readonly<Record<string, Readonly<Record<string, unknown>>>>[];
  readonly changes?: readonly { readonly field: string; readonly value: Readonly<Record<string, unknown>> }[];
}

/** A hook that keeps what comes and refuses what is not signed, and a person. No SDK of this platform is named or kept up. */
async function given(options: InstagramOptions = {}) {
  const simulator = await createInstagramSimulator({ retryDelayMs: 5, ...options });
  const { account, url } = simulator;
  const came: Entry[] = [];
  let answerStatus = 200;
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    if (request.method === 'GET')
      return response.end(new URL(request.url ?? '/', 'http://hook').searchParams.get('hub.challenge'));
    const isGenuine = simulator.signs(body, String(request.headers['x-hub-signature-256'] ?? ''));
    if (isGenuine && answerStatus === 200) came.push(...(JSON.parse(body) as { entry: Entry[] }).entry);
    return response.writeHead(isGenuine ? answerStatus : 403).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const call = async (
    path: string,
    body?: object,
    { method = body === undefined ? 'GET' : 'POST', token = account.token } = {},
  ) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    return (await (await fetch(`${url}/v25.0/${path}`, init)).json()) as {
      error?: { code: number; error_subcode?: number };
      [field: string]: unknown;
    };
  };
  const callback_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const app = { token: `${account.appId}|${account.appSecret}` };
  await call(`${account.appId}/subscriptions`, { object: 'instagram', callback_url, verify_token: 'v1' }, app);
  const subscribed_fields =
    'messages,messaging_postbacks,messaging_seen,message_reactions,messaging_referral,comments,live_comments';
  await call(`me/subscribed_apps?subscribed_fields=${subscribed_fields}`, {});
  const anna = simulator.person({ name: 'Anna K' });
  return {
    simulator,
    anna,
    came,
    call,
    send: async (fields: object) => {
      const { error } = await call('me/messages', { recipient: { id: anna.id }, ...fields });
      return error && [error.code, error.error_subcode].filter((code) => code !== undefined).join('/');
    },
    /** Kinds of what came in the thread, in order. */
    kinds: () =>
      came.flatMap(({ messaging = [] }) =>
        messaging.map((one) => Object.keys(one).find((name) => !/sender|recipient|timestamp/.test(name))),
      ),
    answerWith: (status: number) => {
      answerStatus = status;
    },
    [Symbol.asyncDispose]: async () => {
      await simulator.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const text = (words: string) => ({ message: { text: words } });

test('an owner lets the app in; the token lives for an hour, then for sixty days, and is refreshed after a day', async () => {
  let now = Date.now();
  await using world = await given({ now: () => now });
  const { simulator, call } = world;
  const { appId: client_id, appSecret: client_secret, id } = simulator.account;
  const redirect_uri = 'http://127.0.0.1/back';
  const address = `${simulator.url}/oauth/authorize?${new URLSearchParams({ client_id, redirect_uri, state: 's1', scope: 'instagram_business_basic', response_type: 'code' })}`;
  assert.match(await (await fetch(address)).text(), /asks for/);
  const { headers } = await fetch(`${address}&decision=allow&choice=${id}`, { redirect: 'manual' });
  const code = new URL(headers.get('location') ?? '').searchParams.get('code') ?? '';
  const body = new URLSearchParams({ client_id, client_secret, grant_type: 'authorization_code', redirect_uri, code });
  const short = (await (await fetch(`${simulator.url}/oauth/access_token`, { method: 'POST', body })).json()) as {
    access_token: string;
    user_id: string;
  };
  assert.equal(short.user_id, id);
  const long = await call(
    `access_token?${new URLSearchParams({ grant_type: 'ig_exchange_token', client_secret, access_token: short.access_token })}`,
  );
  const refresh = () =>
    call(
      `refresh_access_token?${new URLSearchParams({ grant_type: 'ig_refresh_token', access_token: String(long.access_token) })}`,
    );
  assert.equal((await refresh()).error?.code, 100, 'too young');
  now += 25 * 60 * 60_000;
  const fresh = await refresh();
  assert.equal((await call('me?fields=user_id', undefined, { token: String(fresh.access_token) })).user_id, id);
  assert.equal((await call('me?fields=user_id', undefined, { token: String(long.access_token) })).error?.code, 190);
});

test('everything that people do in a thread comes in, and what the account does is echoed', async () => {
  await using world = await given();
  const { simulator, anna, send, kinds, came } = world;
  simulator.start({ from: anna.id, payload: 'v-8F3K2' });
  const own = simulator.write({ from: anna.id, text: 'Привет' });
  simulator.attach({ from: anna.id, kind: 'image', mimeType: 'image/png', bytes: Buffer.from('picture') });
  simulator.answerStory({ from: anna.id, text: 'nice' });
  simulator.attach({ from: anna.id, kind: 'story_mention', mimeType: 'image/png', bytes: Buffer.from('story') });
  assert.equal(
    await send({
      message: { text: 'Which?', quick_replies: [{ content_type: 'text', title: 'M', payload: 'SIZE_M' }] },
    }),
    undefined,
  );
  simulator.press({ from: anna.id, button: 'M' });
  const theirs = simulator.view(anna.id).messages.find(({ by }) => by === 'account')?.id;
  simulator.react({ from: anna.id, message: String(theirs), emoji: '❤' });
  simulator.read({ from: anna.id });
  simulator.unsend({ from: anna.id, message: own });
  simulator.send({ from: anna.id, content: { is_unsupported: true } });
  simulator.ownerWrites({ to: anna.id, text: 'I am on my way' });
  await until(() => kinds().length === 12);
  assert.deepEqual(kinds(), [
    'postback',
    ...Array.from({ length: 6 }, () => 'message'),
    'reaction',
    'read',
    'message',
    'message',
    'message',
  ]);
  const links = [...JSON.stringify(came).matchAll(/"url":"([^"]+cdn[^"]+)"/g)].map(([, url = '']) => url);
  assert.equal(await (await fetch(links[0] ?? '')).text(), 'picture');
  assert.equal(links.length, 3);
});

test('a text is counted in bytes; what else is over a limit, out of the window, or not in the form, is refused', async () => {
  await using world = await given();
  const { simulator, anna, send } = world;
  await using files = await startHttpDouble(({ url }) => ({
    status: 200,
    headers: { 'content-type': url.pathname === '/a.zip' ? 'application/zip' : 'application/pdf' },
    body: 'file',
  }));
  const file = (url: string, type = 'file') => ({ message: { attachment: { type, payload: { url } } } });
  assert.equal(await send(text('too early')), '10/2018278');
  simulator.write({ from: anna.id, text: 'hello' });
  const cases: readonly (readonly [fields: object, code: string | undefined])[] = [
    [text('я'.repeat(500)), undefined],
    [text('я'.repeat(501)), '100'],
    [text('x'.repeat(1_000)), undefined],
    [file(`${files.url}/a.pdf`), undefined],
    [file(`${files.url}/a.zip`), '100/2018047'],
    [file(`${files.url}/a.pdf`, 'image'), '100/2018047'],
    [file('http://127.0.0.1:9/a.pdf'), '100/2018008'],
    [{ message: { attachment: { type: 'like_heart' } } }, undefined],
    [{ message: { attachment: { type: 'MEDIA_SHARE', payload: { id: '1' } } } }, '100'],
    [{ message: { text: 'x', quick_replies: [{ content_type: 'user_phone_number' }] } }, '100'],
    [{ ...text('x'), messaging_type: 'MESSAGE_TAG', tag: 'ACCOUNT_UPDATE' }, '100'],
    [{ ...text('x'), recipient: { id: '1' } }, '100/2534014'],
    [{ sender_action: 'mark_seen' }, undefined],
  ];
  for (const [fields, code] of cases) assert.equal(await send(fields), code, JSON.stringify(fields).slice(0, 120));
  simulator.pass({ from: anna.id });
  assert.equal(await send(text('late')), '10/2018278');
  assert.equal(await send({ ...text('late'), messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' }), undefined);
  simulator.block({ from: anna.id });
  assert.equal(await send(text('blocked')), '551/1545041');
});

test('comments are told, or have to be fetched; they are answered in public and once in private, hidden and deleted', async () => {
  await using world = await given();
  const { simulator, anna, call, came } = world;
  const [post = ''] = simulator.account.posts.keys();
  const id = simulator.comment({ from: anna.id, text: 'Price?' });
  await until(() => came.some(({ changes }) => changes?.[0]?.field === 'comments'));
  simulator.fail({ kind: 'unheard_comments' });
  const unheard = simulator.comment({ from: anna.id, text: 'And this?' });
  const answer = await call(`${id}/replies`, { message: '@anna_k 1 490' });
  const listed = (await call(`${post}/comments?fields=id,text&limit=1`)) as unknown as {
    data: { id: string }[];
    paging: { next?: string; cursors: { after: string } };
  };
  assert.deepEqual(
    listed.data.map((one) => one.id),
    [unheard],
  );
  const next = (await call(`${post}/comments?limit=1&after=${listed.paging.cursors.after}`)) as unknown as {
    data: { id: string; replies: { data: { id: string }[] } }[];
  };
  assert.deepEqual([next.data[0]?.id, next.data[0]?.replies.data[0]?.id], [id, answer.id]);
  const [{ comments_count }] = (await call('me/media?fields=id,comments_count')).data as [{ comments_count: number }];
  assert.equal(comments_count, 3);
  const privately = () => call('me/messages', { recipient: { comment_id: id }, message: { text: 'Hello' } });
  assert.equal((await privately()).recipient_id, anna.id);
  assert.equal((await privately()).error?.code, 10_900);
  for (const message of ['#a #b #c #d #e', 'BUY NOW OR NEVER', 'https://a.example https://b.example']) {
    assert.equal((await call(`${id}/replies`, { message })).error?.code, 100, message);
  }
  assert.equal((await call(id, { hide: true })).success, true);
  await call(id, undefined, { method: 'DELETE' });
  assert.equal((await call(`${id}/replies`, { message: 'x' })).error?.error_subcode, 33);
});

test('calls come together, with those of another account, forged; an outage unsubscribes; a story dies after a day', async () => {
  let now = Date.now();
  await using world = await given({ unsubscribeAfterMs: 30, now: () => now });
  const { simulator, anna, came, send } = world;
  simulator.fail({ kind: 'batched', count: 2 });
  simulator.fail({ kind: 'foreign' });
  simulator.fail({ kind: 'no_proof' });
  for (const words of ['one', 'two']) simulator.write({ from: anna.id, text: words });
  await until(() => came.filter(({ id }) => id === simulator.account.id).length === 2);
  assert.deepEqual([came.length, simulator.forged], [3, [403]]);
  simulator.attach({ from: anna.id, kind: 'story_mention', mimeType: 'image/png', bytes: Buffer.from('story') });
  await until(() => came.length === 4);
  const [, link = ''] = /"url":"([^"]+cdn[^"]+)"/.exec(JSON.stringify(came)) ?? [];
  assert.equal((await fetch(link)).status, 200);
  now += 25 * 60 * 60_000;
  assert.equal((await fetch(link)).status, 403);
  world.answerWith(500);
  simulator.write({ from: anna.id, text: 'lost' });
  await until(() => simulator.account.subscribed === undefined);
  simulator.fail({ kind: 'too_many_requests' });
  simulator.fail({ kind: 'cut_after' });
  assert.equal(await send(text('1')), '4');
  await assert.rejects(send(text('2')));
  simulator.revokeToken();
  assert.equal(await send(text('3')), '190/460');
});
