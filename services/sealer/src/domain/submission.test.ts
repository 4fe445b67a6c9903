import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reply } from '@trunkline/portal-sdk';
import { deriveKeys } from './derive.ts';
import { makeLicenceKey, parseLicenceKey } from './licence-key.ts';
import { openSealed } from './open.ts';
import { readSubmissions } from './submission.ts';
import { type SignedCall, verifyCall } from './verify.ts';

const licenceKey = makeLicenceKey();
const keys = deriveKeys(parseLicenceKey(licenceKey) ?? new Uint8Array());
const other = deriveKeys(parseLicenceKey(makeLicenceKey()) ?? new Uint8Array());

/** A call as portal-sdk makes it. */
async function callOf(message: Record<string, unknown>, idempotencyKey = 'order 55'): Promise<SignedCall> {
  const calls: Request[] = [];
  const fetching: typeof fetch = async (input, init) => {
    calls.push(new Request(input, init));
    return new Response('{}');
  };
  await reply({ baseUrl: 'http://x', portalId: 'p', licenceKey, fetch: fetching }).send(message, { idempotencyKey });
  const [request] = calls;
  const header = (name: string) => request?.headers.get(name) ?? '';
  return {
    webhookId: header('webhook-id'),
    webhookTimestamp: header('webhook-timestamp'),
    webhookSignature: header('webhook-signature'),
    body: new Uint8Array((await request?.arrayBuffer()) ?? new ArrayBuffer(0)),
  };
}

test('an answer that portal-sdk sends is verified, read and opened', async () => {
  const call = await callOf({ conversationId: 'c1' });
  assert.equal(verifyCall(call, [other.signingKey, keys.signingKey], Date.now()), undefined);
  const read = readSubmissions(call.body);
  assert.ok('submissions' in read);
  const [submission] = read.submissions;
  assert.equal(submission?.id, 'order 55');
  const opened = openSealed(submission?.sealed ?? '', (kid) => (kid === keys.kid ? keys.encryptionKey : undefined));
  assert.ok(opened.opened);
  assert.deepEqual(JSON.parse(opened.plaintext.toString()), { conversationId: 'c1' });
});

test('a call is not believed when anything of it was changed, or it is old, or from another portal', async () => {
  const call = await callOf({ conversationId: 'c1' });
  const judge = (change: Partial<SignedCall>, nowMs = Date.now()) => {
    return verifyCall({ ...call, ...change }, [keys.signingKey], nowMs);
  };
  assert.equal(judge({}), undefined);
  assert.equal(judge({ body: Buffer.from('[]') }), 'bad_signature');
  assert.equal(judge({ webhookId: 'reply_0' }), 'bad_signature');
  assert.equal(judge({ webhookTimestamp: String(Number(call.webhookTimestamp) - 1) }), 'bad_signature');
  assert.equal(judge({ webhookSignature: 'v1,' }), 'bad_signature');
  assert.equal(judge({ webhookSignature: `v2,x v1,y ${call.webhookSignature}` }), undefined);
  assert.equal(judge({ webhookSignature: '' }), 'missing_headers');
  assert.equal(judge({ webhookTimestamp: 'soon' }), 'bad_timestamp');
  assert.equal(judge({}, Date.now() + 302_000), 'old_timestamp');
  assert.equal(judge({}, Date.now() - 302_000), 'old_timestamp');
  assert.equal(verifyCall(call, [other.signingKey], Date.now()), 'bad_signature');
  assert.equal(verifyCall(call, [], Date.now()), 'bad_signature');
});

test('a body that is no batch of messages is refused with a sentence', () => {
  const event = {
    ...{ specversion: '1.0', id: 'a', source: 'portal/p', type: 'trunkline.message.submit.v1' },
    ...{ datacontenttype: 'application/jose', data: 'x' },
  };
  const bodies: [unknown, RegExp][] = [
    [{}, /array/],
    [[], /1 to 100/],
    [Array.from({ length: 101 }, () => event), /1 to 100/],
    [[event, null], /^\[1\]: specversion/],
    [[{ ...event, id: '' }], /id/],
    [[{ ...event, id: 'x'.repeat(129) }], /id/],
    [[{ ...event, data: {} }], /JWE/],
    [[{ ...event, datacontenttype: 'application/json' }], /JWE/],
    // Our own delivery, sent back to us.
    [[{ ...event, type: 'trunkline.message.received.v1' }], /type must be/],
  ];
  for (const [body, sentence] of bodies) {
    const read = readSubmissions(Buffer.from(JSON.stringify(body)));
    assert.ok('malformed' in read);
    assert.match(read.malformed, sentence);
  }
  for (const bytes of [Buffer.from(''), Buffer.from('['.repeat(1_000_000)), Buffer.from([0x5b, 0xff, 0x5d])]) {
    assert.ok('malformed' in readSubmissions(bytes));
  }
  assert.ok('submissions' in readSubmissions(Buffer.from(JSON.stringify([event]))));
});
