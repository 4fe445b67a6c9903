import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { collections, PortalKeyState, type SealedEvent, streams, subjects } from '@trunkline/contracts';
import { deriveKeys, openEvent } from '@trunkline/portal-sdk';
import { until } from '@trunkline/testkit';
import type { PortalKeyDocument } from './store/portal-keys.ts';
import { media, received, text } from './testing/facts.ts';
import { lane, type Surroundings, startSurroundings, tenantId } from './testing/surroundings.ts';

let around: Surroundings;
before(async () => {
  around = await startSurroundings();
});
after(async () => {
  await around?.[Symbol.asyncDispose]();
});

/** A portal whose events wait under its first key, and its second key. */
async function rotated(...texts: readonly string[]) {
  const portalId = randomUUID();
  const first = await around.as.directory.rotateKey({ portalId, tenantId, idempotencyKey: 'first' });
  await around.say(...texts.map((plain) => text(portalId, plain)));
  const events = await waiting(portalId, texts.length);
  const second = await around.as.directory.rotateKey({ portalId, tenantId, idempotencyKey: 'second' });
  return { portalId, first, second, events };
}

async function waiting(portalId: string, count: number): Promise<SealedEvent[]> {
  return await until(async () => {
    const all = await around.sealed(portalId);
    return all.length >= count && all;
  });
}

const reseal = (portalId: string, events: SealedEvent[], notKids: string[] = [], whose = tenantId) =>
  around.as.delivery.reseal({ portalId, tenantId: whose, events, notKids });

const fieldsOf = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString()) as Record<string, string>;

function opened(licenceKey: string, cloudEvent: Uint8Array): string {
  return openEvent([deriveKeys(licenceKey)], fieldsOf(cloudEvent).data ?? '').toString();
}

async function revokeAndDelete(portalId: string, kid: string): Promise<void> {
  await around.as.directory.revoke({ portalId, kid });
  await around.as.directory.deleteKey({ portalId, kid });
}

test('what waits is sealed under the other key, be the former one revoked: nothing but the seal is another one', async () => {
  const { portalId, first, second, events } = await rotated('1', '2');
  await around.as.directory.revoke({ portalId, kid: first.kid });
  const answer = await reseal(portalId, events, [first.kid]);
  for (const [index, { cloudEvent, kid, withheldReason }] of answer.events.entries()) {
    const former = events[index] ?? assert.fail();
    assert.deepEqual([kid, withheldReason], [second.kid, '']);
    assert.equal(opened(second.licenceKey, cloudEvent), opened(first.licenceKey, former.cloudEvent));
    const { data: _, ...outside } = fieldsOf(cloudEvent);
    const { data: __, ...formerOutside } = fieldsOf(former.cloudEvent);
    assert.deepEqual(outside, formerOutside);
    assert.deepEqual(Object.keys(fieldsOf(cloudEvent)), Object.keys(fieldsOf(former.cloudEvent)));
  }
});

test('a portal that has no new key yet gets the older one, and one that knows none is told so', async () => {
  const { portalId, first, second, events } = await rotated('1');
  assert.equal((await reseal(portalId, events, [second.kid])).events[0]?.kid, first.kid);
  await assert.rejects(reseal(portalId, events, [second.kid, first.kid]), {
    ...{ code: 'failed_precondition', publicMessage: 'The portal has no other valid licence key.' },
  });
  await assert.rejects(reseal(portalId, []), { code: 'invalid_argument' });
  await assert.rejects(reseal(portalId, events, [], 'another tenant'), { code: 'failed_precondition' });
});

test('under a deleted key it is made anew of its fact, a file’s link too; the secret is gone from the store', async () => {
  const { portalId, first, second } = await rotated('1');
  const photo = { $case: 'media' as const, value: { ...media, url: '' } };
  const value = { content: { kind: photo }, reply: undefined, forward: undefined, albumId: '', keyboard: undefined };
  await around.as.directory.revoke({ portalId, kid: second.kid });
  await around.say(received(portalId, { $case: 'message', value } as never));
  const events = await waiting(portalId, 2);
  const third = await around.as.directory.rotateKey({ portalId, tenantId, idempotencyKey: 'third' });
  await revokeAndDelete(portalId, first.kid);
  const answer = await reseal(portalId, events);
  for (const [index, { cloudEvent, kid }] of answer.events.entries()) {
    assert.equal(kid, third.kid);
    assert.equal(
      opened(third.licenceKey, cloudEvent),
      opened(first.licenceKey, events[index]?.cloudEvent ?? Buffer.of()),
    );
  }
  const document = (await around.collection(collections.sealer.keys).findOne({ _id: first.kid })) ?? assert.fail();
  const { sealedLicenceKey, deletedAt, revokedAt } = document as unknown as PortalKeyDocument;
  assert.ok(sealedLicenceKey === undefined && deletedAt !== undefined && revokedAt !== undefined);
  const { keys } = await around.as.directory.listKeys({ portalId });
  assert.deepEqual(
    keys.map(({ kid, state }) => [kid, state]),
    [
      [third.kid, PortalKeyState.PORTAL_KEY_STATE_VALID],
      [second.kid, PortalKeyState.PORTAL_KEY_STATE_REVOKED],
      [first.kid, PortalKeyState.PORTAL_KEY_STATE_DELETED],
    ],
  );
});

test('what history keeps no longer, or tells in another way, is withheld with the reason, each event for itself', async () => {
  const { portalId, first, events } = await rotated('1', '2', '3', '4');
  const [one, two, three, four] = events;
  assert.ok(one && two && three && four);
  await revokeAndDelete(portalId, first.kid);
  const changed = [
    one,
    { ...two, plaintextHash: Buffer.alloc(32) },
    { ...three, factSequence: three.factSequence + 1_000 },
    { ...four, factIndex: four.factIndex - 1 },
  ];
  const { events: answers } = await reseal(portalId, changed);
  const gone = 'its key was deleted, and its history is kept no longer';
  assert.deepEqual(
    answers.map(({ withheldReason }) => withheldReason),
    ['', 'its key was deleted, and its history gives another content', gone, gone],
  );
  assert.deepEqual(
    answers.map(({ kid }) => kid !== ''),
    [true, false, false, false],
  );
});

test('only a revoked key is deleted, and never the only one that is kept', async () => {
  const { portalId, first, second } = await rotated('1');
  const { directory } = around.as;
  const refused = (publicMessage: RegExp) => ({ code: 'failed_precondition', publicMessage });
  await assert.rejects(directory.deleteKey({ portalId, kid: first.kid }), refused(/is valid/));
  await revokeAndDelete(portalId, first.kid);
  await directory.deleteKey({ portalId, kid: first.kid });
  await directory.revoke({ portalId, kid: second.kid, evenLast: true });
  await assert.rejects(directory.deleteKey({ portalId, kid: second.kid }), refused(/the only licence key/));
  await assert.rejects(directory.deleteKey({ portalId, kid: 'none' }), { code: 'not_found' });
  // The stream goes on under the revoked one.
  await around.say(text(portalId, '2'));
  assert.equal((await waiting(portalId, 2))[1]?.kid, second.kid);
});

test('a key that another instance made a moment ago is found', async () => {
  const { portalId, first, second, events } = await rotated('1');
  await reseal(portalId, events);
  await around.collection(collections.sealer.keys).updateOne({ _id: second.kid }, { $set: { revokedAt: new Date() } });
  const { keys } = await around.as.delivery.getSigningKeys({ portalId });
  assert.deepEqual(
    keys.map(({ kid }) => kid),
    [first.kid],
  );
  await around.collection(collections.sealer.keys).updateOne({ _id: second.kid }, { $unset: { revokedAt: '' } });
  assert.equal((await reseal(portalId, events, [first.kid])).events[0]?.kid, second.kid);
});

test('a fact is named by its place', async () => {
  const { events } = await rotated('1', '2');
  const message = await around.bus.lastOf(streams.facts, subjects.facts(lane, 'normalizer'));
  assert.deepEqual(
    events.map(({ factSequence, factIndex }) => [factSequence, factIndex]),
    [
      [message?.sequence, 0],
      [message?.sequence, 1],
    ],
  );
});
