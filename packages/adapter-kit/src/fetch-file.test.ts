import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Media } from '@trunkline/contracts';
import { createMemoryTools, fetchOf } from '@trunkline/testkit';
import { type FileAddress, fetchFile } from './fetch-file.ts';

/** The code of a file whose server answers with a status. */
async function codeOf(status: number, more: Partial<FileAddress> = {}): Promise<unknown> {
  const tools = createMemoryTools({ fetch: fetchOf(() => ({ status, body: 'no' })) });
  const address = { url: 'https://files.example/1?signature=abc', media: Media.create({}), maxBytes: 1_000, ...more };
  const failure = await fetchFile(address, tools).catch((error: unknown) => error);
  return Reflect.get(failure as object, 'code');
}

test('a signed link that is over is a file that is gone: the account is not asked to sign in again', async () => {
  assert.equal(await codeOf(401), 'media_failed');
  assert.equal(await codeOf(403, { headers: { authorization: 'Bearer t' } }), 'media_failed');
});

test('the account is not accepted where it was shown', async () => {
  assert.equal(await codeOf(401, { headers: { Authorization: 'Bearer t' } }), 'auth_revoked');
  assert.equal(await codeOf(401, { isSecretAddress: true }), 'auth_revoked');
});

test('what may pass is tried again', async () => {
  for (const status of [429, 500, 503]) assert.equal(await codeOf(status), 'transient');
});
