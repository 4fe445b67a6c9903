import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { TrunklineError } from '@trunkline/runtime';
import { postTo } from './testing/post.ts';
import { type Surroundings, startSurroundings } from './testing/surroundings.ts';

let around: Surroundings;
before(async () => {
  around = await startSurroundings();
});
after(async () => {
  await around?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  around.answers.clear();
  around.arrived.length = 0;
  around.hookCalls.length = 0;
});
const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  postTo(`${around.url}${path}`, body, headers);

const open = 'SealingService/Open';
const submit = 'MessageService/Submit';
const sealedEvents = (...ids: string[]) => ({
  tenantId: 't1',
  events: ids.map((id) => ({ id, type: 'x', plaintext: Buffer.from(JSON.stringify({ conversationId: `to ${id}` })) })),
});
const write = (body = '[]') => post('/v1/portals/p1/messages', body, { 'webhook-id': 'w', 'webhook-timestamp': '1' });

test('what a portal writes back is opened by the sealer and submitted in order under the portal’s own keys', async () => {
  await around.key('t1');
  around.answers.set(open, () => sealedEvents('a', 'b'));
  around.answers.set(submit, (request: { idempotencyKey: string }) => ({ messageId: `m ${request.idempotencyKey}` }));
  const { status, json } = await write('[ bytes ]');
  assert.equal(status, 200);
  assert.deepEqual(json, {
    messages: [
      { id: 'a', messageId: 'm p1/a', isRepeat: false },
      { id: 'b', messageId: 'm p1/b', isRepeat: false },
    ],
  });
  const [opened = assert.fail(), ...submitted] = around.arrived;
  assert.partialDeepStrictEqual(opened, {
    ...{ method: open, tenantScope: '*' },
    request: { portalId: 'p1', webhookId: 'w', webhookTimestamp: '1', webhookSignature: '' },
  });
  assert.equal(String((opened.request as { body: Uint8Array }).body), '[ bytes ]');
  assert.deepEqual(
    submitted.map(({ tenantScope }) => tenantScope),
    ['t1', 't1'],
  );
});

test('a message refused for good says so in its place, and the next goes on; at one that may come again the answer stops', async () => {
  await around.key('t1');
  around.answers.set(open, () => sealedEvents('a', 'b', 'c', 'd'));
  const thrown: Record<string, Error> = {
    'p1/a': new TrunklineError('not_found', 'inside', { publicMessage: 'There is no such conversation.' }),
    'p1/c': new TrunklineError('internal', 'our own mistake'),
  };
  around.answers.set(submit, ({ idempotencyKey }: { idempotencyKey: string }) => {
    if (thrown[idempotencyKey]) throw thrown[idempotencyKey];
    return { messageId: 'm' };
  });
  const { json } = await write();
  const remedy = 'Check the id and the tenant of the key.';
  const error = { code: 'not_found', message: 'There is no such conversation.', remedy };
  assert.deepEqual(json.messages, [
    { id: 'a', error },
    { id: 'b', messageId: 'm', isRepeat: false },
  ]);
});

test('a portal hears when to come again, that it is not believed, and that its text is no message', async () => {
  const offered = around.answers;
  await around.key('t1');
  offered.set(open, () => sealedEvents('a'));
  offered.set(submit, () => {
    throw new TrunklineError('rate_limited', 'slowly', { retry: { afterMs: 4_000 } });
  });
  const limited = await write();
  assert.deepEqual([limited.status, limited.headers.get('retry-after')], [429, '4']);
  offered.set(submit, () => {
    throw new TrunklineError('unavailable', 'full');
  });
  assert.equal((await write()).status, 503);
  const odd = { id: 'a', type: 'x', plaintext: Buffer.from('{"conversationId":"c","unknown":1}') };
  offered.set(open, () => ({
    tenantId: 't1',
    events: [odd, { ...odd, id: 'b', plaintext: Buffer.from('}, {"a":"') }],
  }));
  assert.deepEqual(
    (await write()).json.messages.map(({ id, error }: { id: string; error: { code: string } }) => [id, error.code]),
    [
      ['a', 'invalid_argument'],
      ['b', 'invalid_argument'],
    ],
  );
  offered.set(open, () => {
    throw new TrunklineError('unauthenticated', 'inside', { publicMessage: 'No signature fits.', remedy: 'Sign it.' });
  });
  const refused = await write();
  assert.deepEqual([refused.status, refused.json.message], [401, 'No signature fits.']);
  assert.equal((await write('x'.repeat(1024 * 1024 + 1))).status, 413);
});

test('a tenant that is off has no way back', async () => {
  await around.key('t1', { isTenantOff: true });
  around.answers.set(open, () => sealedEvents('a'));
  assert.equal((await write()).status, 401);
  assert.deepEqual(
    around.arrived.map(({ method }) => method),
    [open],
  );
  await around.key('t1');
});
