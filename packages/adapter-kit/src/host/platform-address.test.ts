import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { checkAddresses, trustedOrigins } from './platform-address.ts';

const connector = {
  settings: z.object({
    apiUrl: z.url().default('https://api.example'),
    appId: z.string(),
    avatarUrl: z.string().default(''),
  }),
  addressNames: ['apiUrl'],
};

function isTaken(given: object, trusted: readonly string[] = []): boolean {
  try {
    checkAddresses(connector, { appId: '7', ...given }, trustedOrigins(trusted));
    return true;
  } catch (error) {
    assert.match(String(error), /apiUrl: this service trusts no messenger at that address/);
    return false;
  }
}

test('a channel cannot name a platform of its own: whoever answers there would say whose an account is', () => {
  for (const apiUrl of [
    'https://evil.example',
    'https://api.example.evil.example',
    'https://api.example:444',
    'no address',
  ])
    assert.equal(isTaken({ apiUrl }), false, apiUrl);
});

test('the usual address, and origins that the service trusts, are taken; whatever is no address of the platform is not asked about', () => {
  for (const given of [{}, { apiUrl: 'https://api.example' }, { avatarUrl: 'https://pictures.example/1' }])
    assert.equal(isTaken(given), true);
  assert.equal(isTaken({ apiUrl: 'http://127.0.0.1:4711/v1' }, ['http://127.0.0.1:4711']), true);
  assert.equal(isTaken({ apiUrl: 'http://bots.example:8082' }, ['http://bots.example:8081']), false);
  assert.equal(isTaken({ apiUrl: 'https://bots.example' }, ['bots.example']), true);
});

test('a host alone is https on its usual port; no other port, no other scheme', () => {
  for (const apiUrl of ['http://bots.example', 'https://bots.example:8443', 'https://127.0.0.1:6443'])
    assert.equal(isTaken({ apiUrl }, ['bots.example', '127.0.0.1']), false, apiUrl);
});

test('what is no origin is refused at the start, not understood somehow', () => {
  assert.deepEqual(trustedOrigins(['a.example', 'http://b.example:81/', 'https://[::1]:4']), [
    'https://a.example',
    'http://b.example:81',
    'https://[::1]:4',
  ]);
  for (const entry of ['a.example:8081', 'http://a.example/path', 'ftp://a.example', 'https://me:pw@a.example', 'a b'])
    assert.throws(() => trustedOrigins([entry]), /is no origin/, entry);
});
