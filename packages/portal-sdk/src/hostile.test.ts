import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sealEvent } from './jwe.ts';
import { deriveKeys } from './keys.ts';
import { brief, createReceiver } from './testing/receiver.ts';
import { createSender, licenceKeyOf, requestOf, type Wire } from './testing/sender.ts';

async function assertMalformed(body: string | readonly Wire[], place: RegExp) {
  const { send, taken } = createReceiver();
  const answer = await send(body);
  assert.equal(answer.status, 400, answer.body);
  assert.match(answer.body, place);
  assert.deepEqual(taken(), []);
}

test('a body of 10 MB is refused before anything is computed over it', async () => {
  const { portal } = createReceiver();
  const answer = await portal.handle({ headers: {}, rawBody: Buffer.alloc(10_000_000, '[') });
  assert.deepEqual(brief(answer), [413, { error: 'too_large', maxBodyBytes: 2 * 1024 * 1024 }]);
});

test('a forged body is refused before it is parsed', async () => {
  const { send, portal, taken } = createReceiver();
  assert.deepEqual(brief(await send(createSender().events(1), licenceKeyOf(66))), [401, { error: 'bad_signature' }]);
  assert.equal((await portal.handle({ headers: {}, rawBody: '[' })).status, 401);
  assert.deepEqual(taken(), []);
});

test('what is no JSON array of events is malformed', async () => {
  await assertMalformed('', /no JSON/);
  await assertMalformed('{"specversion":"1.0"}', /no JSON array/);
  await assertMalformed('[null]', /\[0\] must be an object/);
  await assertMalformed('[[]]', /\[0\] must be an object/);
  await assertMalformed('[{}]', /specversion/);
  const { portal } = createReceiver();
  const event = JSON.stringify({ extra: '?', ...createSender().event() });
  const noUtf8 = Buffer.from(`[${event}]`);
  noUtf8[noUtf8.indexOf('?')] = 0xff;
  assert.equal((await portal.handle(requestOf(noUtf8, licenceKeyOf(1)))).status, 400);
  assert.equal((await portal.handle(requestOf(`[${event}]`, licenceKeyOf(1)))).status, 200);
});

test('JSON nested a million deep neither crashes the receiver nor is taken', async () => {
  await assertMalformed('['.repeat(1_000_000), /malformed/);
  await assertMalformed('['.repeat(900_000) + ']'.repeat(900_000), /must be an object/);
  const event = createSender().event();
  const deep = JSON.stringify({ ...event, extra: 0 }).replace(
    '"extra":0',
    `"extra":${'['.repeat(90_000)}${']'.repeat(90_000)}`,
  );
  const { send } = createReceiver();
  assert.equal((await send(`[${deep}]`)).status, 200);
});

test('each attribute that the protocol needs is checked, and its place is named', async () => {
  const event = createSender().event();
  const spoiled: [Wire, RegExp][] = [
    [{ id: undefined }, /\[0\]\.id/],
    [{ id: 'x'.repeat(1025) }, /\[0\]\.id/],
    [{ source: 5 }, /\[0\]\.source/],
    [{ type: '' }, /\[0\]\.type/],
    [{ subject: {} }, /\[0\]\.subject/],
    [{ specversion: '0.3' }, /specversion/],
    [{ sequence: 1 }, /\[0\]\.sequence/],
    [{ sequence: '1' }, /\[0\]\.sequence/],
    [{ sequence: '-0000000000000000001' }, /\[0\]\.sequence/],
    [{ sequence: '0'.repeat(20) }, /\[0\]\.sequence/],
    [{ chain: 'g'.repeat(64) }, /\[0\]\.chain/],
    [{ chain: undefined }, /\[0\]\.chain/],
    [{ replay: 0 }, /\[0\]\.replay/],
    [{ replay: '1' }, /\[0\]\.replay/],
    [{ data: {} }, /compact JWE/],
    [{ datacontenttype: 'application/json' }, /neither sealed nor a notice/],
  ];
  for (const [change, place] of spoiled) await assertMalformed([{ ...event, ...change }], place);
});

test('each field of a notice is checked', async () => {
  const notice = createSender().notice(3);
  const data = Object(notice.data);
  const spoiled: Wire[] = [
    { data: null },
    { data: { ...data, from: '00000000000000000004' } },
    { data: { ...data, from: 1 } },
    { data: { ...data, to: '00000000000000000002' } },
    { data: { ...data, reason: '' } },
    { replay: 1 },
    { type: 'trunkline.events.v1' },
    { type: 'trunkline.message.received.v1' },
  ];
  for (const change of spoiled) await assertMalformed([{ ...notice, ...change }], /\[0\]/);
});

test('one malformed event refuses the whole batch before any of it is handled', async () => {
  const [one, two] = createSender().events(2);
  await assertMalformed([one ?? {}, { ...two, sequence: 'x' }], /\[1\]\.sequence/);
});

test('of a name given twice the last counts, and the chain decides whether it is true', async () => {
  const event = JSON.stringify(createSender().event());
  const { send, taken, gaps } = createReceiver();
  assert.equal((await send(`[{${event.slice(1, -1)},"id":"another"}]`)).status, 503);
  assert.equal(gaps[0]?.kind, 'broken_chain');
  assert.equal((await send(`[{"id":"another",${event.slice(1)}]`)).status, 200);
  assert.deepEqual(taken(), ['event-1']);
});

test('names with a meaning in JavaScript are only names', async () => {
  const event = JSON.stringify(createSender().event());
  const { send, taken } = createReceiver();
  assert.equal((await send(`[{"__proto__":{"replay":1},"constructor":1,${event.slice(1)}]`)).status, 200);
  assert.deepEqual(taken(), ['event-1']);
});

test('what cannot be opened is said so, and nothing of it reaches the handler', async () => {
  const event = createSender().event();
  const sealed = String(event.data);
  const keys = deriveKeys(licenceKeyOf(1));
  const rsa = Buffer.from(`{"alg":"RSA-OAEP","enc":"A256GCM","kid":"${keys.kid}"}`).toString('base64url');
  const flipped = sealed.slice(0, -3) + (sealed.at(-3) === 'A' ? 'B' : 'A') + sealed.slice(-2);
  const bad = [
    flipped,
    'no jwe',
    '',
    `${rsa}${sealed.slice(sealed.indexOf('.'))}`,
    sealEvent(keys, 'no JSON'),
    `${sealed}!`,
  ];
  for (const data of bad) {
    const { send, taken } = createReceiver();
    assert.deepEqual(brief(await send([{ ...event, data }])), [422, { error: 'cannot_open', id: 'event-1' }]);
    assert.deepEqual(taken(), []);
  }
});

test('a portal does not take for an event what it wrote itself', async () => {
  const keys = deriveKeys(licenceKeyOf(1));
  const reply = {
    ...{ specversion: '1.0', id: 'a', source: 'portal/p', type: 'trunkline.message.submit.v1' },
    ...{ datacontenttype: 'application/jose', data: sealEvent(keys, '{}') },
  };
  await assertMalformed([reply], /sequence/);
});
