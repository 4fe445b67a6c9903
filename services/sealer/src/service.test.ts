import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { collections, SealedBatch, streams, subjects } from '@trunkline/contracts';
import { deriveKeys, openEvent } from '@trunkline/portal-sdk';
import { type Overflowing, runKeyedLog } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { sealFacts } from './consume/seal-facts.ts';
import { createKeyRing } from './key-ring.ts';
import { sealingKey } from './opened-keys.ts';
import { seal } from './rpc/seal.ts';
import type { ParkedDocument } from './store/parked.ts';
import { type PortalKeyDocument, portalKeys } from './store/portal-keys.ts';
import { callOf } from './testing/calls.ts';
import { text } from './testing/facts.ts';
import { lane, type Surroundings, startSurroundings, tenantId } from './testing/surroundings.ts';
import { taken, texts } from './testing/taken.ts';

let around: Surroundings;
before(async () => {
  around = await startSurroundings();
});
after(async () => {
  await around?.[Symbol.asyncDispose]();
});

/** The gateway always says for whom it calls. */
const scope = { tenant: '*' };
const gateway = { open: (request: ReturnType<typeof callOf>) => around.as.gateway.open(request, scope) };

/** A portal with its first licence key; each test has its own. */
async function aPortal() {
  const portalId = randomUUID();
  const { licenceKey, kid } = await around.as.directory.rotateKey({ portalId, tenantId, idempotencyKey: 'first' });
  return { portalId, licenceKey, kid };
}

test('facts become a portal’s stream: gapless, in order, each portal its own, its chain proven by the portal’s own code', async () => {
  const [a, b] = [await aPortal(), await aPortal()];
  const said = Array.from({ length: 250 }, (_, index) => String(index));
  await around.say(...said.flatMap((plain) => [text(a.portalId, plain), text(b.portalId, `b${plain}`)]));
  const events = await taken(around, a.portalId, [a.licenceKey], 250);
  assert.deepEqual(texts(events), said);
  assert.deepEqual(
    events.map(({ sequence }) => Number(sequence)),
    said.map((_, index) => index + 1),
  );
  assert.deepEqual(
    texts(await taken(around, b.portalId, [b.licenceKey], 250)),
    said.map((plain) => `b${plain}`),
  );
  const first = await around.bus.nextOf(streams.outbox, subjects.outbox(lane, a.portalId), 1);
  assert.ok(first && SealedBatch.decode(first.data).events.length <= 100);
});

test('a sealer that dies between two portals leaves no hole and says nothing twice', async () => {
  const portals = [await aPortal(), await aPortal(), await aPortal()];
  await around.stop();
  await around.say(...['1', '2'].flatMap((plain) => portals.map(({ portalId }) => text(portalId, plain))));
  const store = portalKeys(around.collection(collections.sealer.keys) as never);
  const ring = createKeyRing({ store, kek: around.kek, now: Date.now });
  const parked = { add: async () => {}, addRaw: async () => {} };
  const sealerOf = async (portalId: string) => sealingKey(await ring.of(portalId));
  const overflowing: Overflowing = { place: async (_of, _head, entries) => entries };
  const definition = sealFacts({ sealerOf, keyUsed: () => {}, fileLink: () => '', parked, overflowing });
  const lease = { lane, owner: 'dies', signal: new AbortController().signal, confirmedAgoMs: () => 0 };
  const at = (point: string) => {
    if (point === 'keyed.published') throw new Error('killed');
  };
  await assert.rejects(runKeyedLog(definition, { log: around.bus, lease, at, keysAtOnce: 1 }), /killed/);
  const before = await Promise.all(portals.map(async ({ portalId }) => (await around.sealed(portalId)).length));
  assert.deepEqual(before, [2, 0, 0]);
  await around.start();
  for (const { portalId, licenceKey } of portals) {
    assert.deepEqual(texts(await taken(around, portalId, [licenceKey], 2)), ['1', '2']);
  }
  await around.say(text(portals[0]?.portalId ?? '', '3'));
  assert.deepEqual(texts(await taken(around, portals[0]?.portalId ?? '', [portals[0]?.licenceKey ?? ''], 3)), [
    '1',
    '2',
    '3',
  ]);
});

test('what cannot be sealed is kept sealed, before it is numbered: a portal without a key, an event too large, no fact', async () => {
  const { portalId, licenceKey } = await aPortal();
  const nobody = randomUUID();
  const lost = text(nobody, 'nobody reads this');
  const huge = text(portalId, 'x'.repeat(1024 * 1024));
  await around.say(text(portalId, '1'), lost, huge, text(portalId, '2'));
  const kept = around.collection(collections.sealer.parked) as never as {
    find(filter: object): { toArray(): Promise<ParkedDocument[]> };
  };
  const [entry] = await until(async () => {
    const found = await kept.find({ portalId: nobody }).toArray();
    return found.length === 1 && found;
  });
  assert.deepEqual([entry?.code, entry?.eventId], ['no_key', lost.id]);
  assert.equal(JSON.stringify(entry).includes('nobody reads this'), false);
  assert.match(around.kek.open(entry?.sealed ?? '').toString(), /nobody reads this/);
  assert.deepEqual(texts(await taken(around, portalId, [licenceKey], 2)), ['1', '2']);
  const [large] = await kept.find({ portalId }).toArray();
  assert.deepEqual([large?.code, large?.eventId], ['too_large', huge.id]);
  assert.deepEqual(await around.sealed(nobody), []);
  assert.match(await around.metrics(), /trunkline_unsealed_total\{[^}]*code="too_large"[^}]*\} 1/);
});

test('while two keys are valid a portal takes events of both, signed by both; a revoked one opens nothing more', async () => {
  const { portalId, licenceKey, kid } = await aPortal();
  await around.say(text(portalId, 'under the first'));
  await taken(around, portalId, [licenceKey], 1);
  const order = { portalId, tenantId, idempotencyKey: 'second' };
  const { directory } = around.as;
  const second = await directory.rotateKey(order);
  assert.deepEqual(await directory.rotateKey(order), second);
  await assert.rejects(directory.rotateKey({ ...order, idempotencyKey: 'third' }), {
    ...{ code: 'failed_precondition', publicMessage: 'Two licence keys of the portal are valid already.' },
  });
  await around.say(text(portalId, 'under the second'));
  const events = await taken(around, portalId, [second.licenceKey, licenceKey], 2);
  assert.deepEqual(texts(events), ['under the first', 'under the second']);
  assert.deepEqual(
    (await around.sealed(portalId)).map((event) => event.kid),
    [kid, second.kid],
  );
  const { keys } = await around.as.delivery.getSigningKeys({ portalId });
  assert.deepEqual(
    keys.map((key) => key.kid),
    [second.kid, kid],
  );
  assert.deepEqual(Buffer.from(keys[1]?.key ?? []), deriveKeys(licenceKey).signingKey.export());
  const another = await aPortal();
  const portalIds = [another.portalId, portalId];
  assert.deepEqual(
    (await around.as.delivery.getSigningKeys({ portalIds })).keys.map((key) => [key.portalId, key.kid]),
    [
      [another.portalId, another.kid],
      [portalId, second.kid],
      [portalId, kid],
    ],
  );
  await assert.rejects(around.as.delivery.getSigningKeys({ portalIds: Array<string>(257).fill(portalId) }), {
    code: 'invalid_argument',
  });
  const message = { conversationId: 'c' };
  for (const key of [licenceKey, second.licenceKey]) {
    const { events: opened, tenantId: whose } = await gateway.open(callOf(portalId, key, message));
    assert.deepEqual([whose, opened[0]?.id, JSON.parse(String(opened[0]?.plaintext))], [tenantId, 'k1', message]);
  }

  assert.deepEqual((await directory.revoke({ portalId, kid })).kids, [second.kid]);
  await assert.rejects(gateway.open(callOf(portalId, licenceKey, message)), { code: 'unauthenticated' });
  assert.deepEqual(
    (await around.as.delivery.getSigningKeys({ portalId })).keys.map((key) => key.kid),
    [second.kid],
  );
  // When all are revoked the stream goes on under the newest, and nothing is signed.
  await assert.rejects(directory.revoke({ portalId, kid: second.kid }), {
    ...{ code: 'failed_precondition', remedy: 'Make another key first, or say even_last.' },
  });
  assert.deepEqual((await directory.revoke({ portalId, kid: second.kid, evenLast: true })).kids, []);
  await around.say(text(portalId, 'still sealed'));
  assert.equal(texts(await taken(around, portalId, [second.licenceKey, licenceKey], 3)).at(-1), 'still sealed');
  assert.deepEqual((await around.as.delivery.getSigningKeys({ portalId })).keys, []);
  await assert.rejects(directory.revoke({ portalId, kid: 'none' }), { code: 'not_found' });
});

test('a licence key is shown again for ten minutes, to its own tenant, and stored sealed', async () => {
  const { portalId, licenceKey, kid } = await aPortal();
  const order = { portalId, tenantId, idempotencyKey: 'first' };
  assert.equal((await around.as.directory.rotateKey(order)).licenceKey, licenceKey);
  await assert.rejects(around.as.directory.rotateKey({ ...order, tenantId: 'other' }), { code: 'not_found' });
  await assert.rejects(around.as.directory.rotateKey({ ...order, idempotencyKey: '' }), { code: 'invalid_argument' });
  around.later(11 * 60_000);
  await assert.rejects(around.as.directory.rotateKey(order), {
    ...{ code: 'failed_precondition', publicMessage: 'The licence key was made and shown before.' },
  });
  around.later(-11 * 60_000);
  const document = (await around.collection(collections.sealer.keys).findOne({ _id: kid })) ?? assert.fail();
  assert.equal(JSON.stringify(document).includes(licenceKey), false);
  const { sealedLicenceKey } = document as unknown as PortalKeyDocument;
  assert.equal(around.kek.open(sealedLicenceKey ?? '').toString(), licenceKey);
});

test('one plaintext is sealed under the newest valid key; without a key it is refused', async () => {
  const { portalId, licenceKey, kid } = await aPortal();
  const keys = portalKeys(around.collection(collections.sealer.keys) as never);
  const context = {
    ...{ keys, kek: around.kek, now: Date.now, keyUsed: () => {}, isKekLost: false },
    ring: createKeyRing({ store: keys, kek: around.kek, now: Date.now }),
  };
  const sealed = await seal({ portalId, plaintext: Buffer.from('{"a":1}') }, context);
  assert.equal(sealed.kid, kid);
  assert.equal(String(openEvent([deriveKeys(licenceKey)], sealed.jwe)), '{"a":1}');
  await assert.rejects(seal({ portalId: randomUUID(), plaintext: Buffer.from('') }, context), { code: 'no_key' });
});

test('a portal’s call that is not believed is refused in words for its developer, and an unknown portal like a wrong key', async () => {
  const { portalId, licenceKey } = await aPortal();
  const good = callOf(portalId, licenceKey, { conversationId: 'c' });
  const stranger = await aPortal();
  const cases: readonly [string, ReturnType<typeof callOf>, RegExp][] = [
    ['no headers', { ...good, webhookSignature: '' }, /not signed/],
    ['no time', { ...good, webhookTimestamp: 'now' }, /not a time/],
    ['old', callOf(portalId, licenceKey, {}, { at: Date.now() - 6 * 60_000 }), /five minutes/],
    ['another body', { ...good, body: Buffer.from('[]') }, /No signature fits/],
    ['another portal’s key', callOf(portalId, stranger.licenceKey, {}), /No signature fits/],
    ['an unknown portal', { ...good, portalId: randomUUID() }, /No signature fits/],
  ];
  for (const [name, call, sentence] of cases) {
    const refused = await gateway.open(call).then(
      () => assert.fail(name),
      (error: unknown) => error,
    );
    assert.equal(Reflect.get(refused as object, 'code'), 'unauthenticated', name);
    assert.match(Reflect.get(refused as object, 'publicMessage'), sentence, name);
    assert.doesNotMatch(Reflect.get(refused as object, 'remedy'), /API key/, name);
  }
  await assert.rejects(gateway.open(callOf(portalId, licenceKey, {}, { body: '{}' })), {
    code: 'invalid_argument',
    publicMessage: /no JSON array/,
  });
});

test('each method is open to those whom the table of rights names, and to nobody else', async () => {
  const { portalId, licenceKey } = await aPortal();
  const { directory, delivery } = around.as;
  const denied = { code: 'permission_denied' };
  const plaintext = Buffer.from('x');
  for (const each of Object.values(around.as)) await assert.rejects(each.seal({ portalId, plaintext }, scope), denied);
  await assert.rejects(around.as.gateway.getSigningKeys({ portalId }, scope), denied);
  await assert.rejects(delivery.rotateKey({ portalId, tenantId, idempotencyKey: 'x' }), denied);
  await assert.rejects(delivery.open(callOf(portalId, licenceKey, {})), denied);
  await assert.rejects(around.as.gateway.revoke({ portalId, kid: 'k' }, scope), denied);
  await assert.rejects(delivery.deleteKey({ portalId, kid: 'k' }), denied);
  await assert.rejects(directory.reseal({ portalId }), denied);
});
