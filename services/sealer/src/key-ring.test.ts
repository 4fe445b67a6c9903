import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { deriveKeys } from './domain/derive.ts';
import { createKek } from './domain/kek.ts';
import { makeLicenceKey, parseLicenceKey } from './domain/licence-key.ts';
import { createKeyRing } from './key-ring.ts';
import { sealingKey } from './opened-keys.ts';
import type { PortalKeys, StoredKey } from './store/portal-keys.ts';

const kek = createKek(createSecretKey(randomBytes(32)));

function aKey(): StoredKey {
  const licenceKey = makeLicenceKey();
  const secret = parseLicenceKey(licenceKey) ?? assert.fail();
  const at = new Date();
  const sealedLicenceKey = kek.seal(Buffer.from(licenceKey));
  return {
    _id: deriveKeys(secret).kid,
    portalId: 'p',
    tenantId: 't',
    sealedLicenceKey,
    createdAt: at,
    changedAt: at,
    requestId: '',
  };
}

function setting() {
  const world = { key: aKey(), changed: new Map<string, Date>(), isAway: false, asked: 0, looks: 0, aheadMs: 0 };
  const store: Pick<PortalKeys, 'ofPortals' | 'newest' | 'changedSince'> = {
    ofPortals: async () => {
      world.asked += 1;
      return [world.key];
    },
    newest: async () => [world.key],
    changedSince: async () => {
      if (world.isAway) throw new Error('the database is away');
      world.looks += 1;
      return world.changed;
    },
  };
  const ring = createKeyRing({ store, kek, now: () => Date.now() + world.aheadMs });
  /** How often the store is asked for two looks. */
  const asked = async () => {
    const before = world.asked;
    await ring.of('p');
    await ring.of('p');
    return world.asked - before;
  };
  return { world, ring, asked };
}

test('nothing is remembered while nobody would notice a change', async () => {
  const { asked } = setting();
  assert.equal(await asked(), 2);
});

test('keys are remembered, a change by another instance is noticed, and without the database nothing is believed', async () => {
  const { world, ring, asked } = setting();
  const end = new AbortController();
  const troubles: unknown[] = [];
  const following = ring.follow(end.signal, (error) => troubles.push(error));
  await until(async () => (await asked()) === 0);

  world.key = { ...aKey(), changedAt: new Date(Date.now() + 1) };
  world.changed = new Map([['p', world.key.changedAt ?? world.key.createdAt]]);
  await until(async () => (await ring.of('p')).keys[0]?.kid === world.key._id);
  // It is told again for a while, and that makes nothing forgotten that is known already.
  const looks = world.looks;
  await until(() => world.looks > looks + 1);
  assert.equal(await asked(), 0);

  world.isAway = true;
  world.aheadMs = 6_000;
  assert.equal(await asked(), 2);
  await until(() => troubles.length > 0);
  end.abort();
  await following;
});

/** A store that never changes. */
function storeOf(...keys: readonly StoredKey[]) {
  return {
    ofPortals: async (portalIds: readonly string[]) => keys.filter(({ portalId }) => portalIds.includes(portalId)),
    newest: async (count: number) => keys.slice(0, count),
    changedSince: async () => new Map<string, Date>(),
  };
}

const otherKek = createKek(createSecretKey(randomBytes(32)));
const torn = (): StoredKey => ({ ...aKey(), sealedLicenceKey: kek.seal(Buffer.from('tlk_no licence key')) });
const foreign = (): StoredKey => ({ ...aKey(), sealedLicenceKey: otherKek.seal(Buffer.from(makeLicenceKey())) });

test('of many portals that are asked for at once only the one with a damaged key has none, and is told why', async () => {
  const keys = [aKey(), torn(), foreign(), aKey()].map((key, index) => ({ ...key, portalId: `p${index}` }));
  const heard: string[] = [];
  const ring = createKeyRing({
    ...{ store: storeOf(...keys), kek, now: Date.now },
    onDamaged: ({ kid }) => heard.push(kid),
  });
  const found = await ring.fresh(keys.map(({ portalId }) => portalId));
  const told = keys.map(({ portalId, _id }) => {
    const its = found.get(portalId) ?? assert.fail();
    return [its.keys.map(({ kid }) => kid === _id), its.damaged.map(({ error }) => error.message.replace(_id, 'it'))];
  });
  assert.deepEqual(told, [
    [[true], []],
    [[], ['the stored licence key it is damaged']],
    [[], ['the stored licence key it is damaged, or sealed under another key-encryption key']],
    [[true], []],
  ]);
  assert.deepEqual(heard, [keys[1]?._id, keys[2]?._id]);

  const away = { ...storeOf(), ofPortals: () => Promise.reject(new Error('the database is away')) };
  await assert.rejects(createKeyRing({ store: away, kek, now: Date.now }).fresh(['p']), /the database is away/);
});

test('a damaged key takes nothing from the others: sealing goes on under the newest that is whole', async () => {
  const [newest, former] = [aKey(), aKey()];
  const revoked = { ...former, revokedAt: new Date() };
  for (const [stored, sealsUnder] of [
    [[newest, torn()], newest],
    [[foreign(), former], former],
    [[foreign(), revoked], revoked],
    [[torn(), newest, revoked], newest],
  ] as const) {
    const opened = await createKeyRing({ store: storeOf(...stored), kek, now: Date.now }).of('p');
    assert.equal(sealingKey(opened)?.kid, sealsUnder._id);
    assert.equal(opened.damaged.length, 1);
  }
});

test('with another key-encryption key than the others’ no portal is taken for one without keys, whatever was made with it', async () => {
  const ofOthers = [foreign(), foreign(), foreign()].map((key, index) => ({ ...key, portalId: `other${index}` }));
  const made = { ...aKey(), portalId: 'made here' };
  const ring = createKeyRing({ store: storeOf(made, ...ofOthers), kek, now: Date.now });
  assert.equal((await ring.of('made here')).keys.length, 1);
  const refused = { code: 'unavailable', message: new RegExp(ofOthers[0]?._id ?? 'none') };
  await assert.rejects(ring.of('other0'), refused);
  await assert.rejects(ring.fresh(['made here', 'other0']), refused);
  assert.deepEqual(await ring.of('nobody'), { keys: [], damaged: [] });
});
