import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { channelOfToken, isIdentitySigned, readToken, tokenLifeMs, writeToken } from './token.ts';

const session = { channelId: 'c-1', visitorId: 'v_1' };
const token = writeToken(session, 'key', 1_000);

test('a session token is read until its life is over', () => {
  assert.deepEqual(readToken(token, 'key', 1_000 + tokenLifeMs - 1), session);
  assert.equal(readToken(token, 'key', 1_000 + tokenLifeMs), undefined);
  assert.equal(channelOfToken(token), 'c-1');
});

test('a token of another key, a changed one, half of one and none are no tokens', () => {
  const [content = '', signature = ''] = token.split('.');
  const longer = Buffer.from('c-1 v_2 99999999999').toString('base64url');
  for (const forged of [`${longer}.${signature}`, content, `.${signature}`, '', 'a.b.c', `${token}x`]) {
    assert.equal(readToken(forged, 'key', 1_000), undefined, forged);
  }
  assert.equal(readToken(token, 'other', 1_000), undefined);
});

test('a user is who the site’s signature says, and nobody else', () => {
  const hmac = createHmac('sha256', 'site').update('u-7').digest('hex');
  assert.equal(isIdentitySigned('u-7', hmac, 'site'), true);
  assert.equal(isIdentitySigned('u-8', hmac, 'site'), false);
  assert.equal(isIdentitySigned('u-7', hmac, 'other'), false);
  assert.equal(isIdentitySigned('u-7', '', 'site'), false);
  assert.equal(isIdentitySigned('u-7', 'not hex', 'site'), false);
});
