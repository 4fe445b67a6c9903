import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSigningKeys } from './signing-keys.ts';

/** A sealer that counts its questions; portals whose name begins with "bare" have no keys, those of "broken" damaged ones. */
function sealer() {
  const questions: string[][] = [];
  let isAway = false;
  const getSigningKeys = async ({ portalIds = [] }: { portalIds?: string[] | undefined }) => {
    questions.push(portalIds);
    if (isAway) throw new Error('away');
    const keyed = portalIds.filter((id) => !id.startsWith('b') || id === 'b');
    const broken = portalIds.filter((id) => id.startsWith('broken'));
    return {
      damaged: broken.map((portalId) => ({ portalId, reason: `the key of ${portalId} is damaged` })),
      keys: keyed.map((portalId) => ({ kid: 'k', key: Buffer.from(portalId), portalId, createdAt: undefined })),
    };
  };
  return { questions, getSigningKeys, goAway: () => (isAway = true) };
}

test('what is wanted at the same moment is one question, and each portal gets its own keys', async () => {
  const asked = sealer();
  const keys = createSigningKeys(asked, () => 0);
  const found = await Promise.all(['a', 'bare', 'b', 'a'].map((id) => keys.of(id)));
  assert.deepEqual(
    found.map((of) => of.map((key) => String(key.export())).join()),
    ['a', '', 'b', 'a'],
  );
  assert.deepEqual(asked.questions, [['a', 'bare', 'b']]);
  await keys.of('b');
  assert.equal(asked.questions.length, 1);
  // None is no answer for minutes: a key may be made any moment.
  await keys.of('bare');
  assert.deepEqual(asked.questions.at(-1), ['bare']);
});

test('a question holds 256 portals at most', async () => {
  const asked = sealer();
  const keys = createSigningKeys(asked, () => 0);
  await Promise.all(Array.from({ length: 600 }, (_, index) => keys.of(`p-${index}`)));
  assert.deepEqual(
    asked.questions.map(({ length }) => length),
    [256, 256, 88],
  );
});

test('damaged keys are told of the portal whose they are, and the others of the same question have theirs', async () => {
  const asked = sealer();
  const keys = createSigningKeys(asked, () => 0);
  const [whole, broken] = await Promise.allSettled([keys.of('a'), keys.of('broken')]);
  assert.equal(whole.status, 'fulfilled');
  assert.match(String(broken.status === 'rejected' && broken.reason), /the key of broken is damaged/);
  assert.deepEqual(asked.questions, [['a', 'broken']]);
});

test('a question that fails fails for all that were in it, and each is asked again', async () => {
  const asked = sealer();
  asked.goAway();
  const keys = createSigningKeys(asked, () => 0);
  const found = await Promise.allSettled([keys.of('a'), keys.of('b')]);
  assert.deepEqual(
    found.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  await assert.rejects(keys.of('a'));
  assert.equal(asked.questions.length, 2);
});
