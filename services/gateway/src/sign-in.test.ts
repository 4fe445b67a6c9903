import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TrunklineError } from '@trunkline/runtime';
import { type Surroundings, startSurroundings } from './testing/surroundings.ts';

let around: Surroundings;
before(async () => {
  around = await startSurroundings();
});
after(async () => {
  await around?.[Symbol.asyncDispose]();
});

const come = async (query: string, method = 'GET') => {
  const response = await fetch(`${around.url}/oauth/callback?${query}`, { method, redirect: 'manual' });
  return { status: response.status, text: await response.text(), headers: response.headers };
};
const granted = { isGranted: true, reason: '', tenantName: 'Shop <1>', connectorTitle: 'Facebook', accounts: 2 };

const finished = () => around.arrived.filter(({ method }) => method === 'SignInService/Finish');

test('whoever comes back reads first whose organization it is: nothing is taken before they say yes', async () => {
  around.answers.set('SignInService/Describe', () => ({ tenantName: 'Shop <1>', connectorTitle: 'Facebook' }));
  const { status, text, headers } = await come('state=S&code=C');
  assert.equal(status, 200);
  assert.match(text, /Give your accounts at Facebook to “Shop &lt;1&gt;”\?/);
  assert.match(text, /<form method="post">/);
  assert.match(headers.get('content-security-policy') ?? '', /form-action 'self'.*frame-ancestors 'none'/);
  assert.deepEqual(finished(), []);
});

test('what a browser brings is handed over whole, and the person reads whose accounts these are now', async () => {
  around.answers.set('SignInService/Finish', () => granted);
  const { status, text, headers } = await come('state=S&code=C&device_id=D', 'POST');
  assert.equal(status, 200);
  assert.match(text, /2 accounts can now be connected for “Shop &lt;1&gt;”/);
  assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
  assert.equal(headers.get('referrer-policy'), 'no-referrer', 'the code in the address goes nowhere');
  assert.deepEqual(
    finished().map(({ request }) => request),
    [{ state: 'S', query: { code: 'C', device_id: 'D' } }],
  );
});

test('a refusal is said in words, and what comes late is told to begin again', async () => {
  const reason = 'The platform did not let us in: <b>no</b>';
  around.answers.set('SignInService/Finish', () => ({ ...granted, isGranted: false, reason }));
  const refused = await come('state=S&error=access_denied');
  assert.equal(refused.status, 403);
  assert.match(refused.text, /did not let us in: &lt;b&gt;no&lt;\/b&gt;/);
  around.answers.set('SignInService/Describe', () => {
    const publicMessage = 'This signing in is over, or was used already. Begin again.';
    throw new TrunklineError('not_found', publicMessage, { publicMessage });
  });
  const late = await come('state=S&code=C');
  assert.deepEqual([late.status, late.text.includes('Begin again.')], [404, true]);
});

test('partners cannot end a signing in: only the browser’s way does', async () => {
  const key = await around.key('t1');
  const response = await fetch(`${around.url}/trunkline.directory.v1.SignInService/Finish`, {
    ...{ method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: '{}' },
  });
  assert.equal(response.status, 404);
});
