import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { collections } from '@trunkline/contracts';
import type { Collection } from '@trunkline/runtime';
import { createKeyRing } from '../key-ring.ts';
import { isValid, type PortalKeyDocument, type PortalKeys, portalKeys } from '../store/portal-keys.ts';
import { type Surroundings, startSurroundings, tenantId } from '../testing/surroundings.ts';
import type { SealingContext } from './context.ts';
import { deleteKey } from './delete-key.ts';
import { revoke } from './revoke.ts';
import { rotateKey } from './rotate-key.ts';

let around: Surroundings;
let keys: PortalKeys;
before(async () => {
  around = await startSurroundings();
  keys = portalKeys(around.collection(collections.sealer.keys) as unknown as Collection<PortalKeyDocument>);
});
after(async () => {
  await around?.[Symbol.asyncDispose]();
});

/** An instance of the sealer: what it reads first waits until so many instances have read it. */
function instances(count: number): SealingContext[] {
  let reading = 0;
  const { promise: all, resolve } = Promise.withResolvers<void>();
  const together = <Result>(read: (portalId: string) => Promise<Result>) => {
    let isFirst = true;
    return async (portalId: string) => {
      const found = await read(portalId);
      if (!isFirst) return found;
      isFirst = false;
      reading += 1;
      if (reading === count) resolve();
      await all;
      return found;
    };
  };
  return Array.from({ length: count }, () => {
    const own = { ...keys, allOfPortal: together(keys.allOfPortal) };
    const ring = createKeyRing({ store: keys, kek: around.kek, now: Date.now });
    return { keys: own, ring, kek: around.kek, isKekLost: false, now: Date.now, keyUsed: () => {} };
  });
}

async function aKey(portalId: string): Promise<string> {
  return (await around.as.directory.rotateKey({ portalId, tenantId, idempotencyKey: randomUUID() })).kid;
}

async function validOf(portalId: string): Promise<string[]> {
  return (await keys.ofPortals([portalId])).filter(isValid).map(({ _id }) => _id);
}

test('two requests that revoke the two keys of a portal at once do not leave it without one', async () => {
  const portalId = randomUUID();
  const kids = [await aKey(portalId), await aKey(portalId)];
  const ended = await Promise.allSettled(
    instances(2).map((context, index) => revoke({ portalId, kid: kids[index] ?? '', evenLast: false }, context)),
  );
  const refused = ended.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  assert.ok(refused.length > 0, 'one of them at least is refused');
  for (const error of refused) assert.match(error.publicMessage, /last valid licence key/);
  assert.equal((await validOf(portalId)).length, refused.length);
});

test('requests that make keys at once do not leave more than two valid', async () => {
  const portalId = randomUUID();
  const first = await aKey(portalId);
  const ended = await Promise.allSettled(
    instances(3).map((context) => rotateKey({ portalId, tenantId, idempotencyKey: randomUUID() }, context)),
  );
  const made = ended.flatMap((each) => (each.status === 'fulfilled' ? [each.value.kid] : []));
  for (const each of ended) if (each.status === 'rejected') assert.match(each.reason.publicMessage, /Two licence keys/);
  assert.ok(made.length <= 1);
  assert.deepEqual((await validOf(portalId)).toSorted(), [first, ...made].toSorted());
});

test('a damaged key does not count where the last one that can seal is to be deleted', async () => {
  const portalId = randomUUID();
  const [torn, whole] = [await aKey(portalId), await aKey(portalId)];
  await around
    .collection(collections.sealer.keys)
    .updateOne({ _id: torn }, { $set: { sealedLicenceKey: 'torn' } as never });
  const [context] = instances(1);
  assert.ok(context);
  await revoke({ portalId, kid: whole, evenLast: false }, context);
  await assert.rejects(deleteKey({ portalId, kid: whole }, context), { code: 'failed_precondition' });
  const third = await aKey(portalId);
  await deleteKey({ portalId, kid: whole }, context);
  assert.deepEqual((await validOf(portalId)).toSorted(), [torn, third].toSorted());
});
