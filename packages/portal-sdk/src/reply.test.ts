import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compactDecrypt } from 'jose';
import { Webhook } from 'standardwebhooks';
import { deriveKeys, signingSecret } from './keys.ts';
import { reply } from './reply.ts';
import { licenceKeyOf } from './testing/sender.ts';

const options = { baseUrl: 'https://trunkline.test', portalId: 'portal/1', licenceKey: licenceKeyOf(1) };
const message = { conversationId: 'c1', message: { content: { text: { plain: 'Добрый день' } } } };

function answering(status: number, body: unknown, headers: Record<string, string> = {}) {
  const calls: Request[] = [];
  const call: typeof fetch = async (input, init) => {
    calls.push(new Request(input, init));
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });
  };
  return { calls, replier: reply({ ...options, fetch: call }) };
}

test('an answer is sealed and signed so that the standards own libraries verify and open it', async () => {
  const { calls, replier } = answering(200, { messages: [{ id: 'order 55', messageId: 'm1', isRepeat: false }] });
  const result = await replier.send(message, { idempotencyKey: 'order 55' });
  assert.deepEqual(result, { outcome: 'accepted', messageId: 'm1', isRepeat: false });
  const [request] = calls;
  assert.ok(request);
  assert.equal(request.url, 'https://trunkline.test/v1/portals/portal%2F1/messages');
  assert.equal(request.headers.get('content-type'), 'application/cloudevents-batch+json');
  const keys = deriveKeys(options.licenceKey);
  const [event] = Object(
    new Webhook(signingSecret(keys)).verify(await request.text(), Object.fromEntries(request.headers)),
  );
  assert.equal(event.id, 'order 55');
  assert.equal(event.type, 'trunkline.message.submit.v1');
  const { plaintext } = await compactDecrypt(event.data, keys.encryptionKey);
  assert.deepEqual(JSON.parse(Buffer.from(plaintext).toString()), message);
});

test('two tries of one message carry the same webhook-id, another message carries another', async () => {
  const { calls, replier } = answering(503, '');
  for (const idempotencyKey of ['a', 'a', 'b.c']) await replier.send(message, { idempotencyKey });
  const [first, again, other] = calls.map((request) => request.headers.get('webhook-id'));
  assert.equal(first, again);
  assert.notEqual(first, other);
  assert.match(other ?? '', /^reply_[0-9a-f]{32}$/);
});

test('an answer joins the trace of the event that it answers, where there is one', async () => {
  const { calls, replier } = answering(503, '');
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await replier.send(message, { idempotencyKey: 'a', traceparent });
  for (const none of ['', undefined]) await replier.send(message, { idempotencyKey: 'a', traceparent: none });
  const traces = calls.map((request) => request.headers.get('traceparent'));
  assert.deepEqual(traces, [traceparent, null, null]);
});

test('a refusal of the message or of the request comes as a value', async () => {
  const error = { code: 'window_closed', message: 'write by a template' };
  const one = await answering(200, { messages: [{ id: 'a', error }] }).replier.send(message, { idempotencyKey: 'a' });
  assert.deepEqual(one, { outcome: 'refused', status: 200, code: 'window_closed', sentence: 'write by a template' });
  const all = await answering(401, { code: 'bad_signature', message: 'no' }).replier.send(message, {
    idempotencyKey: 'a',
  });
  assert.deepEqual(all, { outcome: 'refused', status: 401, code: 'bad_signature', sentence: 'no' });
  const bare = await answering(404, '<html>').replier.send(message, { idempotencyKey: 'a' });
  assert.deepEqual(bare, { outcome: 'refused', status: 404, code: 'http_404', sentence: '' });
});

test('what may pass is to be tried again, and the sender is told when', async () => {
  const told = await answering(429, {}, { 'retry-after': '7' }).replier.send(message, { idempotencyKey: 'a' });
  assert.deepEqual(told, { outcome: 'retry', afterMs: 7_000, reason: 'http_429' });
  const down = await answering(503, {}).replier.send(message, { idempotencyKey: 'a' });
  assert.deepEqual(down, { outcome: 'retry', afterMs: 5_000, reason: 'http_503' });
  const endless = { messages: [{ id: 'a', messageId: 'm1' }], more: 'x'.repeat(200_000) };
  const odd = await answering(200, endless).replier.send(message, { idempotencyKey: 'a' });
  assert.equal(odd.outcome, 'retry');
  const empty = await answering(200, { messages: [] }).replier.send(message, { idempotencyKey: 'a' });
  assert.equal(empty.outcome, 'retry');
});

test('a server that hangs is a try again; a caller that gives up is an error', async () => {
  const hanging: typeof fetch = (_input, init) =>
    new Promise((_resolve, reject) => {
      const signal = init?.signal;
      if (signal?.aborted) reject(signal.reason);
      // The limit's own timer keeps no process alive; a real request does.
      const open = setTimeout(() => reject(new Error('nothing ended the call')), 10_000);
      signal?.addEventListener('abort', () => {
        clearTimeout(open);
        reject(signal.reason);
      });
    });
  const replier = reply({ ...options, fetch: hanging, timeoutMs: 1 });
  assert.deepEqual(await replier.send(message, { idempotencyKey: 'a' }), {
    ...{ outcome: 'retry', afterMs: 1_000, reason: 'timeout' },
  });
  const giveUp = new AbortController();
  const patient = reply({ ...options, fetch: hanging });
  const send = patient.send(message, { idempotencyKey: 'a', signal: giveUp.signal });
  giveUp.abort(new Error('given up'));
  await assert.rejects(send, /given up/);
});

test('a missing or endless idempotency key is a mistake of the caller', async () => {
  const { replier } = answering(200, {});
  for (const idempotencyKey of ['', 'x'.repeat(129)]) {
    await assert.rejects(replier.send(message, { idempotencyKey }), TypeError);
  }
});
