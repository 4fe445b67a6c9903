import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ChannelAccess, ConnectorHost } from '@trunkline/adapter-kit';
import { createHttpServer, createLogger, createMetrics } from '@trunkline/runtime';
import { createMemoryTools } from '@trunkline/testkit';
import { serve } from './serve.ts';
import { type Settings, settings } from './settings.ts';

const nowMs = 1_782_900_124_000;
const shopId = '11111111-1111-5111-8111-111111111111';
const otherId = '22222222-2222-5222-8222-222222222222';

/** The widgets' door over memory, with two companies behind it. */
async function door(t: TestContext) {
  const log = createLogger({ service: 'webchat', instance: 'w', level: 'silent' });
  const http = createHttpServer({ log, metrics: createMetrics({ service: 'webchat', measuresProcess: false }) });
  const tools = createMemoryTools({ now: () => nowMs });
  const channel = (id: string): ChannelAccess<Settings> => ({
    ...{ id, tenantId: `tenant of ${id}`, connector: 'webchat', accountId: id, name: 'Site' },
    settings: settings.parse(id === shopId ? { origins: ['https://shop.example'] } : {}),
    secret: () => 'the key',
    optionalSecret: () => undefined,
  });
  const host = {
    ...{ http, now: () => nowMs, tools: () => tools, onSocket: () => {}, signal: AbortSignal.timeout(60_000) },
    channel: (id: string) => ([shopId, otherId].includes(id) ? channel(id) : undefined),
  };
  await serve(host as unknown as ConnectorHost<Settings>);
  const url = await http.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => http.close());
  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const sent = { method: 'POST', body: new Blob([JSON.stringify(body)]), headers };
    const response = await fetch(`${url}/widget/v1/${path}`, sent);
    return {
      status: response.status,
      answer: (await response.json()) as Record<string, unknown>,
      headers: response.headers,
    };
  };
  return {
    post,
    open: (id: string, address: string) =>
      post('session', { channel: id }, { 'x-forwarded-for': address, origin: 'https://shop.example' }),
  };
}

test('a refusal is told in its own words, in the form that every error has', async (t) => {
  const { post } = await door(t);
  const refusals = [
    ['session', { channel: 'nowhere' }, {}, 404, 'not_found', 'There is no such widget.'],
    [
      'session',
      { channel: shopId },
      { origin: 'https://other.example' },
      403,
      'permission_denied',
      'This site is not on the list of the widget.',
    ],
    ['session', {}, {}, 400, 'invalid_argument', /^channel: /],
    [
      'send?token=forged',
      { t: 'send', cid: '0123456789', text: 'hi' },
      {},
      401,
      'unauthenticated',
      'The token is not valid: open a session.',
    ],
    ['send?token=forged', { t: 'sing' }, {}, 400, 'invalid_argument', /^t: /],
    ['upload?token=forged', {}, {}, 401, 'unauthenticated', /open a session/],
  ] as const;
  for (const [path, body, headers, status, code, words] of refusals) {
    const refused = await post(path, body, headers);
    assert.deepEqual([refused.status, refused.answer.code], [status, code]);
    assert.match(String(refused.answer.message), typeof words === 'string' ? new RegExp(`^${words}$`) : words);
    assert.deepEqual(Object.keys(refused.answer).sort(), ['code', 'details', 'message', 'remedy']);
  }
});

test('an address opens so many sessions at one company and keeps its own at another; over all there is an end, too', async (t) => {
  const { open } = await door(t);
  const office = '203.0.113.1';
  for (let n = 0; n < 30; n += 1) assert.equal((await open(shopId, office)).status, 200);
  const refused = await open(shopId, office);
  assert.deepEqual([refused.status, refused.answer.message], [429, 'Too many sessions.']);
  assert.ok(Number(refused.headers.get('retry-after')) >= 1);
  assert.equal((await open(shopId, '203.0.113.2')).status, 200, 'another visitor');
  assert.equal((await open(otherId, office)).status, 200, 'another company');
});
