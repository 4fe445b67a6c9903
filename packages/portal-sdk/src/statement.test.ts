import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveKeys } from './keys.ts';
import { sign } from './signature.ts';
import { type SignedStatement, verifyStatement } from './statement.ts';
import { createReceiver } from './testing/receiver.ts';
import { createSender, licenceKeyOf } from './testing/sender.ts';

const licenceKeys = [licenceKeyOf(1)];

/** A statement as Trunkline signs it, years ago. */
function signed(fields: Record<string, unknown>, id = 'p_4_6_statement'): SignedStatement {
  const body = JSON.stringify(fields);
  const headers = sign({ id, timestampSeconds: 1_600_000_000, body }, [deriveKeys(licenceKeyOf(1))]);
  return {
    statement: Buffer.from(body).toString('base64'),
    webhookId: headers['webhook-id'],
    webhookTimestamp: headers['webhook-timestamp'],
    webhookSignature: headers['webhook-signature'],
  };
}

/** A receiver that took six events, and what is stated of the last three. */
async function aStory() {
  const sender = createSender();
  const { send, portal } = createReceiver();
  await send(sender.events(3));
  const before = sender.head();
  await send(sender.events(3));
  const after = sender.head();
  const counts = { events: 3, delivered: 3, waiting: 0, expired: 0, parked: 0, withheld: 0, skipped: 0 };
  const chains = { chainBefore: before.chain, chain: after.chain, headSequence: after.sequence };
  const range = { portal: 'p', from: '4'.padStart(20, '0'), to: after.sequence };
  return { fields: { ...range, ...counts, ...chains, at: '2020-01-01T00:00:00Z' }, before, after, portal };
}

test('a statement is verified however old it is, and agrees with a receiver that took what it says', async () => {
  const { fields, before, after, portal } = await aStory();
  const verdict = verifyStatement(signed(fields), { licenceKeys, cursor: await portal.cursor() });
  assert.deepEqual(verdict, { valid: true, statement: fields, history: 'same' });
  const asked = (cursor: typeof after) => verifyStatement(signed(fields), { licenceKeys, cursor });
  assert.equal(Object(asked(before)).history, 'same');
  assert.equal(Object(asked({ ...after, chain: before.chain })).history, 'different');
  assert.equal(Object(asked({ ...before, chain: after.chain })).history, 'different');
  assert.equal(Object(asked({ ...after, sequence: '5'.padStart(20, '0') })).history, 'elsewhere');
  assert.equal(Object(asked({ ...after, sequence: '7'.padStart(20, '0') })).history, 'different');
});

test('what was changed, signed by another, signed as something else, or is no statement, is refused', async () => {
  const { fields } = await aStory();
  const good = signed(fields);
  const refused = (given: SignedStatement, keys = licenceKeys) => verifyStatement(given, { licenceKeys: keys });
  const changed = Buffer.from(JSON.stringify({ ...fields, delivered: 2, expired: 1 }));
  assert.deepEqual(refused({ ...good, statement: changed }), { valid: false, reason: 'bad_signature' });
  assert.deepEqual(refused(good, [licenceKeyOf(2)]), { valid: false, reason: 'bad_signature' });
  assert.deepEqual(refused(signed(fields, 'p_4_6')), { valid: false, reason: 'bad_signature' });
  assert.deepEqual(refused({ ...good, webhookSignature: '' }), { valid: false, reason: 'bad_signature' });
  assert.deepEqual(refused(signed({ ...fields, events: '3' })), { valid: false, reason: 'malformed' });
  assert.equal(refused(good, [licenceKeyOf(2), licenceKeyOf(1)]).valid, true);
});
