import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { ConfigError, readConfig } from '@trunkline/runtime';
import { config } from '../config.ts';
import { loadKek } from './load-kek.ts';

const key = randomBytes(32);
const base64url = key.toString('base64url');
const signal = new AbortController().signal;

function settings(env: Record<string, string>) {
  return readConfig(config, { FILES_KEY: 'files', ...env });
}

function problems(env: Record<string, string>): readonly string[] {
  try {
    settings(env);
  } catch (error) {
    return error instanceof ConfigError ? error.problems.map((problem) => problem.split(' (')[0] ?? '') : [];
  }
  return [];
}

/** Loads with a short patience; warnings are gathered. */
async function loaded(env: Record<string, string>, forMs = 1_000) {
  const warnings: string[] = [];
  const log = { warn: (sentence: string) => void warnings.push(sentence) };
  const found = await loadKek(settings(env), { log, signal, patience: { forMs, everyMs: 10 } });
  return { key: found.export(), warnings };
}

async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-kek-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A server that speaks as Vault does, or as it is told. */
async function aVault(behave?: (call: number, request: IncomingMessage, response: ServerResponse) => boolean) {
  const seen: { url: string | undefined; token: string | undefined; body: unknown }[] = [];
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request));
    seen.push({ url: request.url, token: String(request.headers['x-vault-token']), body });
    if (behave?.(seen.length, request, response)) return;
    const plaintext = key.toString('base64');
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data: { plaintext } }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const env = {
    SEALER_KMS_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ SEALER_KEK_WRAPPED: 'vault:v1:abc', SEALER_KMS_TOKEN: 'hvs.token' },
  };
  const close = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return { seen, env, [Symbol.asyncDispose]: close };
}

test('the key comes from exactly one place, and what is wrong is said together', () => {
  assert.deepEqual(problems({}), ['SEALER_KEK is required']);
  assert.deepEqual(problems({ SEALER_KEK: base64url }), []);
  assert.deepEqual(problems({ SEALER_KEK: 'short' }), ['SEALER_KEK is not valid: it has to be 32 bytes as base64url']);
  const both = { SEALER_KEK: base64url, SEALER_KEK_FILE: '/key', SEALER_KEK_WRAPPED: 'vault:v1:abc' };
  assert.deepEqual(problems(both), [
    'SEALER_KEK_FILE is not valid: SEALER_KEK is given too, and only one may be',
    'SEALER_KEK_WRAPPED is not valid: SEALER_KEK is given too, and only one may be',
    'SEALER_KMS_URL is required',
    'SEALER_KMS_TOKEN is required',
  ]);
  const kms = { SEALER_KEK_WRAPPED: 'vault:v1:abc', SEALER_KMS_URL: 'https://vault.example' };
  assert.deepEqual(problems({ ...kms, SEALER_KMS_TOKEN_FILE: '/token' }), []);
  assert.deepEqual(problems({ ...kms, SEALER_KMS_TOKEN: 'a', SEALER_KMS_TOKEN_FILE: '/token' }), [
    'SEALER_KMS_TOKEN_FILE is not valid: SEALER_KMS_TOKEN is given too, and only one may be',
  ]);
});

test('the key is read of the environment or a file, with a newline at its end too; one open to all is warned of', async () => {
  assert.deepEqual((await loaded({ SEALER_KEK: base64url })).key, key);
  await withFolder(async (folder) => {
    const file = join(folder, 'kek');
    await writeFile(file, `${base64url}\n`, { mode: 0o600 });
    const found = await loaded({ SEALER_KEK_FILE: file });
    assert.deepEqual([found.key, found.warnings], [key, []]);
    await chmod(file, 0o644);
    assert.deepEqual((await loaded({ SEALER_KEK_FILE: file })).warnings, [
      'A file with a secret may be read by everybody',
    ]);
    await writeFile(file, 'no key');
    await assert.rejects(loaded({ SEALER_KEK_FILE: file }), /does not hold 32 bytes as base64url/);
    await assert.rejects(
      loaded({ SEALER_KEK_FILE: join(folder, 'absent') }),
      /The file of SEALER_KEK_FILE cannot be read/,
    );
  });
});

test('a wrapped key is opened by Vault, with its token of the environment or a file', async () => {
  await using vault = await aVault();
  assert.deepEqual((await loaded(vault.env)).key, key);
  assert.deepEqual(vault.seen, [
    { url: '/v1/transit/decrypt/trunkline', token: 'hvs.token', body: { ciphertext: 'vault:v1:abc' } },
  ]);
  await withFolder(async (folder) => {
    const file = join(folder, 'token');
    await writeFile(file, 'hvs.other\n', { mode: 0o600 });
    const { SEALER_KMS_TOKEN: _, ...env } = vault.env;
    await loaded({ ...env, SEALER_KMS_TOKEN_FILE: file, SEALER_KMS_KEY: 'ours' });
  });
  assert.deepEqual([vault.seen[1]?.url, vault.seen[1]?.token], ['/v1/transit/decrypt/ours', 'hvs.other']);
});

test('a Vault that is sealed, breaks off or is not there yet is asked again', async () => {
  await using vault = await aVault((call, _request, response) => {
    if (call === 1) response.writeHead(503).end('{"errors":["Vault is sealed"]}');
    if (call === 2) response.destroy();
    if (call === 3) response.writeHead(429).end();
    return call <= 3;
  });
  const { key: found, warnings } = await loaded(vault.env);
  assert.deepEqual([found, warnings.length], [key, 3]);
  const nobody = { ...vault.env, SEALER_KMS_URL: 'http://127.0.0.1:1' };
  await assert.rejects(loaded(nobody, 50), { code: 'unavailable' });
});

const json = { 'content-type': 'application/json' };
const refusals: readonly [what: string, answer: (response: ServerResponse) => void, sentence: RegExp][] = [
  [
    'a wrong token',
    (response) => response.writeHead(403).end('{}'),
    /refuses the token \(403\).*transit\/decrypt\/trunkline/,
  ],
  ['another key’s text', (response) => response.writeHead(400).end('{}'), /cannot open SEALER_KEK_WRAPPED \(400\)/],
  ['no Transit', (response) => response.writeHead(404).end('{}'), /knows no transit\/decrypt\/trunkline \(404\)/],
  ['a redirect', (response) => response.writeHead(307, { location: '/' }).end(), /leads elsewhere \(307\)/],
  ['a page', (response) => response.writeHead(200).end('<html>'), /is SEALER_KMS_URL the address of Vault/],
  ['no text', (response) => response.writeHead(200, json).end('{"data":{"plaintext":7}}'), /no key/],
  ['an endless answer', (response) => response.writeHead(200, json).end('x'.repeat(100_000)), /no key/],
  [
    'a short key',
    (response) => response.writeHead(200, json).end('{"data":{"plaintext":"YWJj"}}'),
    /3 bytes instead of 32/,
  ],
];

for (const [what, answer, sentence] of refusals) {
  test(`${what} of the KMS ends the start in words, and is not asked again`, async () => {
    await using vault = await aVault((_call, _request, response) => {
      answer(response);
      return true;
    });
    await assert.rejects(loaded(vault.env), (error: Error) => {
      assert.match(error.message, sentence);
      assert.doesNotMatch(error.message, /hvs|vault:v1/);
      return true;
    });
    assert.equal(vault.seen.length, 1);
  });
}
