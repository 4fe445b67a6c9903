import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { createWhatsAppSimulator } from './index.ts';

test('an owner lets the app in on a page; the code becomes a token, and the token says for which account', async () => {
  await using simulator = await createWhatsAppSimulator();
  const { appId: client_id, appSecret: client_secret, wabaId, token } = simulator.account;
  const get = async (path: string, query: Record<string, string>) =>
    await fetch(`${simulator.url}/v25.0/${path}?${new URLSearchParams(query)}`, { redirect: 'manual' });
  const asked = { client_id, redirect_uri: 'http://127.0.0.1/back', state: 's1', config_id: '1' };
  assert.match(await (await get('dialog/oauth', asked)).text(), /asks for/);
  const { headers } = await get('dialog/oauth', { ...asked, decision: 'allow', choice: wabaId });
  const code = new URL(headers.get('location') ?? '').searchParams.get('code') ?? '';
  const exchanged = (await (await get('oauth/access_token', { client_id, client_secret, code })).json()) as object;
  assert.deepEqual(exchanged, { access_token: token, token_type: 'bearer' });
  const about = await get('debug_token', { input_token: token, access_token: `${client_id}|${client_secret}` });
  const { data } = (await about.json()) as { data: { granular_scopes: { target_ids: string[] }[] } };
  assert.deepEqual(data.granular_scopes[0]?.target_ids, [wabaId]);
});

test('whichever address an account has, it hears of the fields alone that the app subscribes, by the app’s own token', async () => {
  await using simulator = await createWhatsAppSimulator({ retryDelayMs: 5 });
  const heard: string[] = [];
  const server = createServer(async (request, response) => {
    const challenge = new URL(request.url ?? '/', 'http://hook').searchParams.get('hub.challenge');
    const call = await textOf(request);
    if (call !== '') heard.push(JSON.parse(call).entry[0].changes[0].field);
    response.end(challenge ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const callback_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { appId, appSecret, wabaId, token } = simulator.account;
  const post = async (path: string, bearer: string, fields: object) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${bearer}` };
    const body = JSON.stringify({ verify_token: 'v1', ...fields });
    const response = await fetch(`${simulator.url}/v25.0/${path}`, { method: 'POST', headers, body });
    return (await response.json()) as { error?: { code: number }; success?: boolean };
  };
  const subscribe = (fields: string, bearer = `${appId}|${appSecret}`) =>
    post(`${appId}/subscriptions`, bearer, { object: 'whatsapp_business_account', callback_url, fields });
  await post(`${wabaId}/subscribed_apps`, token, { override_callback_uri: callback_url });
  assert.equal((await subscribe('messages', token)).error?.code, 15);
  assert.equal((await subscribe('messages,telegrams')).error?.code, 100);
  assert.deepEqual(await subscribe('account_update'), { success: true });
  simulator.write({ from: simulator.person().id, text: 'nobody hears this' });
  simulator.news({ field: 'account_update', value: { event: 'VERIFIED_ACCOUNT' } });
  await until(() => heard.length === 1);
  assert.deepEqual(heard, ['account_update']);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
