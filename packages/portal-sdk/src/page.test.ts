import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compactDecrypt } from 'jose';
import { Webhook } from 'standardwebhooks';
import { deriveKeys, nextChain, openEvent, sign, signingSecret, start } from './index.ts';
import { createSender, licenceKeyOf, requestOf } from './testing/sender.ts';

/** What docs/portal-protocol.md promises, held against the code. */
const page = readFileSync(new URL('../../../docs/portal-protocol.md', import.meta.url), 'utf8');
const vectors = JSON.parse(/## Test vectors[\s\S]*?```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '');

test('the test vectors of the page hold', async () => {
  const keys = deriveKeys(vectors.licenceKey);
  assert.equal(keys.kid, vectors.kid);
  assert.equal(keys.encryptionKey.export().toString('hex'), vectors.encryptionKey);
  assert.equal(signingSecret(keys), vectors.signingSecret);
  let chain = start.chain;
  for (const event of vectors.events) {
    chain = nextChain(chain, { ...event, plaintext: Buffer.from(event.plaintext) });
    assert.equal(chain, event.chain);
  }
  const [{ data, plaintext }] = vectors.events;
  assert.equal(openEvent([keys], data).toString(), plaintext);
  assert.equal(Buffer.from((await compactDecrypt(data, keys.encryptionKey)).plaintext).toString(), plaintext);
  const { body, ...headers } = vectors.signature;
  const timestampSeconds = Number(headers['webhook-timestamp']);
  assert.deepEqual(sign({ id: headers['webhook-id'], timestampSeconds, body }, [keys]), headers);
  const theirs = new Webhook(vectors.signingSecret).sign(
    headers['webhook-id'],
    new Date(timestampSeconds * 1000),
    body,
  );
  assert.equal(theirs, headers['webhook-signature']);
});

test('the receiver in TypeScript of the page is the file that is checked and run here', async () => {
  const file = new URL('./testing/page-receiver.ts', import.meta.url);
  assert.equal(/```ts\n([\s\S]*?)```/.exec(page)?.[1], readFileSync(file, 'utf8'));
  const env = { ...process.env, PORT: '0', LICENCE_KEYS: licenceKeyOf(1) };
  const receiver = spawn(process.execPath, [fileURLToPath(file)], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    const [line] = await once(createInterface(receiver.stdout), 'line');
    const { headers, rawBody } = requestOf(createSender().events(3), licenceKeyOf(1));
    const request = { method: 'POST', headers: headers as Record<string, string>, body: String(rawBody) };
    const answer = await fetch(`http://127.0.0.1:${/port: (\d+)/.exec(line)?.[1]}/`, request);
    assert.deepEqual(await answer.json(), { accepted: 3 });
  } finally {
    receiver.kill();
    await once(receiver, 'exit');
  }
});
