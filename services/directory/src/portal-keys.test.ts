import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PortalKeyState } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { companyIn, key } from './testing/company.ts';
import { type Surroundings, startSurroundings } from './testing/surroundings.ts';

const {
  PORTAL_KEY_STATE_VALID: valid,
  PORTAL_KEY_STATE_REVOKED: revoked,
  PORTAL_KEY_STATE_DELETED: deleted,
} = PortalKeyState;

let around: Surroundings;
before(async () => {
  around = await startSurroundings();
});
after(async () => {
  await around?.[Symbol.asyncDispose]();
});

/** What delivery knows of a portal's keys. */
async function untilSeen(portalId: string, ...states: readonly PortalKeyState[]): Promise<void> {
  await until(() => {
    const keys = around.seenByDelivery.portal(portalId)?.keys ?? [];
    return keys.length === states.length && keys.every(({ state }, index) => state === states[index]);
  });
}

test('a licence key is made, listed, revoked and deleted, and delivery learns of each', async () => {
  const { own, portal } = await companyIn(around);
  const portalId = portal.id;
  const [first = ''] = portal.kids;
  await untilSeen(portalId, valid);
  const order = { portalId, ...key() };
  const made = await around.gateway.rotatePortalKey(order, own);
  assert.match(made.licenceKey, /^tlk_/);
  assert.deepEqual(await around.gateway.rotatePortalKey(order, own), made, 'a repeat makes no third key');
  await untilSeen(portalId, valid, valid);
  const listed = await around.gateway.listPortalKeys({ portalId }, own);
  assert.deepEqual(
    listed.keys.map(({ kid, state }) => [kid, state]),
    [
      [made.kid, valid],
      [first, valid],
    ],
  );
  await around.gateway.revokePortalKey({ portalId, kid: first }, own);
  await untilSeen(portalId, valid, revoked);
  assert.deepEqual((await around.gateway.getPortal({ portalId }, own)).kids, [made.kid, first]);
  const left = await around.gateway.deletePortalKey({ portalId, kid: first }, own);
  assert.deepEqual(left.keys[1]?.state, deleted);
  await untilSeen(portalId, valid, deleted);
  assert.deepEqual((await around.gateway.getPortal({ portalId }, own)).kids, [made.kid]);
});

test('a change that the directory did not hear of is told by whoever asks next', async () => {
  const { own, portal } = await companyIn(around);
  const [kid = ''] = portal.kids;
  const [known] = around.sealer.keys.get(portal.id) ?? [];
  around.sealer.keys.set(portal.id, [{ ...(known ?? assert.fail()), state: revoked, revokedAt: new Date() }]);
  await untilSeen(portal.id, valid);
  assert.equal((await around.gateway.listPortalKeys({ portalId: portal.id }, own)).keys[0]?.state, revoked);
  await untilSeen(portal.id, revoked);
  assert.deepEqual((await around.gateway.getPortal({ portalId: portal.id }, own)).kids, [kid]);
});

test('the keys of another tenant are not there, and a request must name what it wants', async () => {
  const { own, portal } = await companyIn(around);
  const stranger = (await companyIn(around)).own;
  const [kid = ''] = portal.kids;
  const { gateway } = around;
  const notFound = { code: 'not_found' };
  const portalId = portal.id;
  await assert.rejects(gateway.listPortalKeys({ portalId }, stranger), notFound);
  await assert.rejects(gateway.rotatePortalKey({ portalId, ...key() }, stranger), notFound);
  await assert.rejects(gateway.revokePortalKey({ portalId, kid, evenLast: true }, stranger), notFound);
  await assert.rejects(gateway.deletePortalKey({ portalId, kid }, stranger), notFound);
  await untilSeen(portalId, valid);
  const invalid = { code: 'invalid_argument' };
  await assert.rejects(gateway.rotatePortalKey({ portalId, idempotencyKey: '' }, own), invalid);
  await assert.rejects(gateway.revokePortalKey({ portalId, kid: '' }, own), invalid);
  await assert.rejects(gateway.deletePortalKey({ portalId, kid: '' }, own), invalid);
});
