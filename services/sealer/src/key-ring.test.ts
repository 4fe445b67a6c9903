import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { deriveKeys } from './domain/derive.ts';
import { createKek } from './domain/kek.ts';
import { makeLicenceKey, parseLicenceKey } from './domain/licence-key.ts';
import { createKeyRing } from './key-ring.ts';
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
  const store: Pick<PortalKeys, 'ofPortals' | 'changedSince'> = {
    ofPortals: async () => {
      world.asked += 1;
      return [world.key];
    },
    changedSince: async () => {
      if (world.isAway) throw new Error('the database is away');
      world.looks += 1;
      return world.changed;
    },
  };
  const ring = createKeyRing(store, kek, () => Date.now() + world.aheadMs);
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
  await until(async () => (await ring.of('p'))[0]?.kid === world.key._id);
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

test('of many portals that are asked for at once only the one with a damaged key has none, and is told why', async () => {
  const keys = ['whole', 'torn', 'foreign', 'other'].map((portalId) => ({ ...aKey(), portalId }));
  const [, torn, foreign] = keys;
  const damaged = new Map([
    [torn?.portalId, kek.seal(Buffer.from('tlk_no licence key'))],
    [foreign?.portalId, createKek(createSecretKey(randomBytes(32))).seal(Buffer.from(makeLicenceKey()))],
  ]);
  const store = {
    ofPortals: async () =>
      keys.map((key) => ({ ...key, sealedLicenceKey: damaged.get(key.portalId) ?? key.sealedLicenceKey })),
    changedSince: async () => new Map<string, Date>(),
  };
  const found = await createKeyRing(store, kek, Date.now).fresh(keys.map(({ portalId }) => portalId));
  const told = keys.map(({ portalId, _id }) => {
    const its = found.get(portalId) ?? assert.fail();
    return 'keys' in its ? its.keys.map(({ kid }) => kid === _id) : its.damage.replace(_id, 'it');
  });
  assert.deepEqual(told, [
    [true],
    'the stored licence key it is damaged',
    'the stored licence key it is damaged, or sealed under another key-encryption key',
    [true],
  ]);

  const away = { ...store, ofPortals: () => Promise.reject(new Error('the database is away')) };
  await assert.rejects(createKeyRing(away, kek, Date.now).fresh(['whole']), /the database is away/);
});
