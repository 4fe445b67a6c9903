import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileAddress, signFileUrl, verifyFileUrl } from './links.ts';

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

test('an address is ours only at our own place, and good only as we signed it', () => {
  const ours = { publicUrl: 'https://hub.example', secret };
  const link = new URL(signFileUrl({ key: 'a/b c', expiresAtMs }, secret), ours.publicUrl).href;
  assert.deepEqual(readFileAddress(link, ours, expiresAtMs), { kind: 'ours', key: 'a/b c' });
  assert.deepEqual(readFileAddress(link, ours, expiresAtMs + 1_000), { kind: 'expired' });
  const cases = [
    [link.replace('b%20c', 'other'), 'forged'],
    [link.replace('a%2Fb%20c', '%zz'), 'forged'],
    ['https://hub.example/files/', 'forged'],
    [link.replace('hub.example', 'elsewhere.example'), 'foreign'],
    [link.replace('https:', 'http:'), 'foreign'],
    ['https://hub.example/openapi.json', 'foreign'],
  ] as const;
  for (const [address, kind] of cases) assert.deepEqual(readFileAddress(address, ours, 0), { kind }, address);
});
