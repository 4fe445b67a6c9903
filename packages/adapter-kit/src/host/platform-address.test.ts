import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { checkAddresses } from './platform-address.ts';

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
    checkAddresses(connector, { appId: '7', ...given }, trusted);
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

test('the usual address, and hosts that the service trusts, are taken; whatever is no address of the platform is not asked about', () => {
  for (const given of [{}, { apiUrl: 'https://api.example' }, { avatarUrl: 'https://pictures.example/1' }])
    assert.equal(isTaken(given), true);
  assert.equal(isTaken({ apiUrl: 'http://127.0.0.1:4711' }, ['127.0.0.1']), true);
  assert.equal(isTaken({ apiUrl: 'http://bots.example:8081' }, ['bots.example:8081']), true);
  assert.equal(isTaken({ apiUrl: 'http://bots.example:8082' }, ['bots.example:8081']), false);
});
