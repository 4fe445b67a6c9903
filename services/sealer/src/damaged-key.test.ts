import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { collections, SealedBatch } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { callOf } from './testing/calls.ts';
import { text } from './testing/facts.ts';
import { type Surroundings, startSurroundings, tenantId } from './testing/surroundings.ts';
import { taken, texts } from './testing/taken.ts';

let around: Surroundings;
before(async () => {
  around = await startSurroundings();
});
after(async () => {
  await around?.[Symbol.asyncDispose]();
});

/** A portal with its first licence key; each test has its own. */
async function aPortal() {
  const portalId = randomUUID();
  const { licenceKey, kid } = await around.as.directory.rotateKey({ portalId, tenantId, idempotencyKey: 'first' });
  return { portalId, licenceKey, kid };
}

async function damageKey(kid: string): Promise<void> {
  const damage = { $set: { sealedLicenceKey: 'torn' } };
  await around.collection(collections.sealer.keys).updateOne({ _id: kid }, damage);
}

test('a damaged key is told of its portal, and the portals that are asked for with it have theirs', async () => {
  const [torn, whole] = [await aPortal(), await aPortal()];
  await damageKey(torn.kid);
  const portalIds = [torn.portalId, whole.portalId];
  const { keys, damaged } = await around.as.delivery.getSigningKeys({ portalIds });
  assert.deepEqual(
    keys.map(({ kid }) => kid),
    [whole.kid],
  );
  assert.deepEqual(
    damaged.map(({ portalId, reason }) => [portalId, reason.includes(torn.kid)]),
    [[torn.portalId, true]],
  );
});

test('a portal whose keys are all damaged is one without a key: its events are kept, and its lane goes on', async () => {
  const [torn, whole] = [await aPortal(), await aPortal()];
  await damageKey(torn.kid);
  const said = Array.from({ length: 20 }, (_, index) => String(index));
  await around.say(...said.map((plain) => text(torn.portalId, plain)));
  await around.say(text(whole.portalId, 'goes on'));
  assert.deepEqual(texts(await taken(around, whole.portalId, [whole.licenceKey], 1)), ['goes on']);
  const kept = around.collection(collections.sealer.parked);
  const its = { portalId: torn.portalId, code: 'no_key' } as never;
  await until(async () => (await kept.countDocuments(its)) === said.length);

  const { events } = SealedBatch.fromPartial({ events: await around.sealed(whole.portalId) });
  const order = { portalId: torn.portalId, tenantId, events, notKids: [] };
  await assert.rejects(around.as.delivery.reseal(order), {
    ...{ code: 'failed_precondition', message: new RegExp(`${torn.kid} is damaged`) },
    remedy: 'Make the portal another key, then revoke and delete this one.',
  });
  const { licenceKey } = await around.as.directory.rotateKey({ ...torn, tenantId, idempotencyKey: 'second' });
  await around.say(text(torn.portalId, 'under the second'));
  assert.deepEqual(texts(await taken(around, torn.portalId, [licenceKey], 1)), ['under the second']);
});

test('a damaged key beside a whole one stops neither sealing nor signing, and what was sealed under it is no fault of the portal', async () => {
  const { portalId, licenceKey, kid } = await aPortal();
  await damageKey(kid);
  const second = await around.as.directory.rotateKey({ portalId, tenantId, idempotencyKey: 'second' });
  await around.say(text(portalId, 'sealed'));
  assert.deepEqual(texts(await taken(around, portalId, [second.licenceKey], 1)), ['sealed']);
  const { keys, damaged } = await around.as.delivery.getSigningKeys({ portalId });
  assert.deepEqual([keys.map((key) => key.kid), damaged], [[second.kid], []]);
  const message = { conversationId: 'c' };
  const open = (call: ReturnType<typeof callOf>) => around.as.gateway.open(call, { tenant: '*' });
  assert.equal((await open(callOf(portalId, second.licenceKey, message))).events.length, 1);
  await assert.rejects(open(callOf(portalId, licenceKey, message)), { code: 'internal' });
});

test('the list of keys says which cannot be used, and why', async () => {
  const { portalId, kid } = await aPortal();
  await damageKey(kid);
  const second = await around.as.directory.rotateKey({ portalId, tenantId, idempotencyKey: 'second' });
  const { keys } = await around.as.directory.listKeys({ portalId });
  assert.deepEqual(
    keys.map((key) => [key.kid, key.damage]),
    [
      [second.kid, ''],
      [kid, `the stored licence key ${kid} is damaged, or sealed under another key-encryption key`],
    ],
  );
});

test('a sealer with another key-encryption key makes no licence keys and says what to do, until it is told that the former is lost', async () => {
  const { portalId, kid } = await aPortal();
  const order = { portalId, tenantId, idempotencyKey: 'second' };
  const other = { SEALER_KEK: randomBytes(32).toString('base64url') };
  const listed = async () => (await around.as.directory.listKeys({ portalId })).keys;
  await around.stop();
  await around.start(other);
  const refused = {
    code: 'failed_precondition',
    publicMessage: /started with another key-encryption key/,
    remedy: /^Start this instance with the key-encryption key that .* SEALER_KEK_LOST=true/,
  };
  await assert.rejects(around.as.directory.rotateKey(order), refused);
  await assert.rejects(around.as.directory.rotateKey({ ...order, idempotencyKey: 'first' }), refused);
  assert.deepEqual(
    (await listed()).map((key) => [key.kid, key.damage.includes('another key-encryption key')]),
    [[kid, true]],
  );

  await around.stop();
  await around.start({ ...other, SEALER_KEK_LOST: 'true' });
  const made = await around.as.directory.rotateKey(order);
  await around.stop();
  await around.start();
  assert.deepEqual(
    (await listed()).map((key) => [key.kid, key.damage === '']),
    [
      [made.kid, false],
      [kid, true],
    ],
  );
});
