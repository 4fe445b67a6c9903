import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signFileUrl, verifyFileUrl } from './links.ts';

const secret = 'a secret';
const expiresAtMs = Date.parse('2026-01-01T00:00:00Z');

function opened(path: string) {
  const url = new URL(path, 'http://any');
  const key = decodeURIComponent(url.pathname.slice('/files/'.length));
  return { key, expires: url.searchParams.get('expires') ?? '', signature: url.searchParams.get('signature') ?? '' };
}

test('a link that we made is good until it expires', () => {
  const link = opened(signFileUrl({ key: 'a/b c', expiresAtMs }, secret));
  assert.equal(link.key, 'a/b c');
  assert.equal(verifyFileUrl(link, secret, expiresAtMs), undefined);
  assert.equal(verifyFileUrl(link, secret, expiresAtMs + 1_000), 'expired');
});

test('whatever is changed in a link makes it forged', () => {
  const link = opened(signFileUrl({ key: 'one', expiresAtMs }, secret));
  const cases = [
    { ...link, key: 'two' },
    { ...link, expires: String(Number(link.expires) + 1) },
    { ...link, signature: link.signature.slice(1) },
    { ...link, signature: '' },
  ];
  for (const changed of cases) assert.equal(verifyFileUrl(changed, secret, 0), 'forged');
  assert.equal(verifyFileUrl(link, 'another secret', 0), 'forged');
});
