import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPortal, deriveKeys as deriveInSdk, type PortalEvent, signingSecret } from '@trunkline/portal-sdk';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { chainStart, nextChain, plaintextHash } from './chain.ts';
import { cloudEvent } from './cloud-event.ts';
import { deriveKeys } from './derive.ts';
import { makeLicenceKey, parseLicenceKey } from './licence-key.ts';
import { createSeal } from './seal.ts';

const licenceKey = makeLicenceKey();
const seal = createSeal(deriveKeys(parseLicenceKey(licenceKey) ?? new Uint8Array()));
const webhook = new Webhook(signingSecret(deriveInSdk(licenceKey)));

/** The bytes of a stream as the sealer makes them, one after another. */
function streamOf(contents: readonly { subject: string; data: unknown }[], traceparent?: string) {
  let chain = chainStart;
  return contents.map(({ subject, data }, index) => {
    const plaintext = Buffer.from(JSON.stringify(data));
    const [id, sequence] = [`event "${index}"`, index + 1];
    chain = nextChain(chain, { sequence, id, plaintextHash: plaintextHash(plaintext) });
    const place = { tenantId: 't1', portalId: 'p1', type: 'trunkline.message.received.v1', time: new Date(0) };
    return cloudEvent({ ...place, id, sequence, chain, subject, traceparent }, seal(plaintext));
  });
}

function signed(events: readonly Buffer[]) {
  const rawBody = `[${events.join(',')}]`;
  const now = new Date();
  const headers = {
    'webhook-id': `p1_1_${events.length}`,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': webhook.sign(`p1_1_${events.length}`, now, rawBody),
  };
  return { headers, rawBody };
}

test('a stream made here and signed by Standard Webhooks is verified, opened and taken whole by portal-sdk', async () => {
  const content = fc.record({ subject: fc.string({ minLength: 1, unit: 'grapheme' }), data: fc.jsonValue() });
  await fc.assert(
    fc.asyncProperty(fc.array(content, { minLength: 1, maxLength: 30 }), async (contents) => {
      const taken: PortalEvent[] = [];
      const portal = createPortal({ licenceKeys: [licenceKey], onEvent: (event) => void taken.push(event) });
      const answer = await portal.handle(signed(streamOf(contents)));
      assert.equal(answer.body, JSON.stringify({ accepted: contents.length }));
      const expected = contents.map(({ subject, data }) => ({ subject, data: JSON.parse(JSON.stringify(data)) }));
      assert.deepEqual(
        taken.map(({ subject, data }) => ({ subject, data })),
        expected,
      );
    }),
  );
});

test('an event is a CloudEvent 1.0 in JSON, with what is absent left out', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const [event] = streamOf([{ subject: 'c1', data: {} }], traceparent);
  const { data, chain, ...rest } = JSON.parse(String(event));
  assert.match(data, /^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/);
  assert.match(chain, /^[0-9a-f]{64}$/);
  assert.deepEqual(rest, {
    specversion: '1.0',
    id: 'event "0"',
    source: 'trunkline/t1/p1',
    type: 'trunkline.message.received.v1',
    subject: 'c1',
    time: '1970-01-01T00:00:00.000Z',
    sequence: '00000000000000000001',
    traceparent,
    datacontenttype: 'application/jose',
  });
});

test('a replay says its number', () => {
  const place = {
    id: 'a',
    tenantId: 't',
    portalId: 'p',
    type: 't',
    time: new Date(0),
    sequence: 9n,
    chain: chainStart,
  };
  assert.equal(JSON.parse(String(cloudEvent({ ...place, replay: 4 }, 'x'))).replay, 4);
});
