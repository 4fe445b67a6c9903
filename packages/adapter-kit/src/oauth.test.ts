import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oauthCode, oauthUrl } from './oauth.ts';

const redirectUrl = 'https://hub.example/oauth';

test('a person is sent with what every platform is asked, and nothing of the platform’s own can replace it', () => {
  const ask = { redirectUrl, state: 's1', codeChallenge: 'c1' };
  const url = new URL(oauthUrl('https://a.example/authorize', ask, { client_id: '7', state: 'guessed' }));
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    ...{ client_id: '7', state: 's1', redirect_uri: redirectUrl, response_type: 'code' },
    ...{ code_challenge: 'c1', code_challenge_method: 'S256' },
  });
});

test('whoever did not agree is told so in the platform’s words; a code beside an error is none', () => {
  const answer = (query: Readonly<Record<string, string>>) => ({ redirectUrl, codeVerifier: 'v1', query });
  assert.equal(oauthCode(answer({ code: 'x' }), 'A'), 'x');
  const refused = { code: 'permission', message: 'A did not let the app in: denied' };
  assert.throws(() => oauthCode(answer({ error: 'access_denied', error_description: 'denied' }), 'A'), refused);
  assert.throws(() => oauthCode(answer({ code: 'x', error: 'denied' }), 'A'), refused);
});
