import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TrunklineError } from '@trunkline/runtime';
import { createReseal } from './reseal.ts';

const order = { portalId: 'p', tenantId: 't', events: [], notKids: [] };

test('a sealer that has no key says why and what to do, and the portal is told so in words', async () => {
  const heard: string[] = [];
  const error = new TrunklineError('failed_precondition', 'The key k1 is damaged.', { remedy: 'Make another one.' });
  const reseal = createReseal({ reseal: () => Promise.reject(error) }, (portalId) => heard.push(portalId));
  assert.deepEqual(await reseal(order), { refused: 'The key k1 is damaged. Make another one.' });
  assert.deepEqual(heard, ['p']);
});

test('a sealer that does not answer is asked again', async () => {
  const away = new TrunklineError('unavailable', 'away');
  const reseal = createReseal({ reseal: () => Promise.reject(away) }, () => assert.fail());
  await assert.rejects(reseal(order), { code: 'unavailable' });
});
