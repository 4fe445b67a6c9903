import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ids, MessageState, OutgoingMessage, Typing } from '@trunkline/contracts';
import { hookCall, submission, textContent } from './testing/build.ts';
import { type Surroundings, startSurroundings } from './testing/surroundings.ts';
import { contactOf, conversationOf, factsIn, says, sendIn, stateIn, stranger, t1 } from './testing/talk.ts';

let around: Surroundings;
before(async () => {
  around = await startSurroundings();
});
after(async () => {
  await around?.[Symbol.asyncDispose]();
});

test("what is another tenant's is not there: by every method", async () => {
  const one = says('i', '1');
  await around.enter(hookCall(one));
  await factsIn(around, 'i', 1);
  const conversationId = conversationOf('i');
  const message_ = {
    ...submission('i', { $case: 'typing', value: Typing.create({ isOn: true }) }).value.message,
    conversationId,
  };
  const contactId = contactOf('i');
  const { messages, contacts } = around;
  const calls: readonly [string, () => Promise<unknown>][] = [
    ['Submit', () => messages.submit({ idempotencyKey: 'i', message: message_ }, stranger)],
    ['CanSend', () => messages.canSend({ conversationId }, stranger)],
    ['Get', () => messages.get({ messageId: one.id }, stranger)],
    ['ListHistory', () => messages.listHistory({ conversationId }, stranger)],
    ['ResolveUnknown', () => messages.resolveUnknown({ messageId: one.id, idempotencyKey: 'i' }, stranger)],
    ['contact Get', () => contacts.get({ contactId }, stranger)],
    ['Find in another tenant', () => contacts.find({ tenantId: 't1', value: 'i' }, stranger)],
    ['Join', () => contacts.join({ contactId, joinedContactId: contactOf('h'), idempotencyKey: 'i j' }, stranger)],
    [
      'Split',
      () => contacts.split({ contactId, identityId: ids.identity('ch1', 'i'), idempotencyKey: 'i s' }, stranger),
    ],
  ];
  for (const [name, call] of calls) await assert.rejects(call(), { code: 'not_found' }, name);
  assert.deepEqual((await contacts.find({ value: 'i' }, stranger)).contacts, []);
});

test('a request that lacks something is refused with the name of the field', async () => {
  const { messages, contacts } = around;
  const message_ = submission('k', { $case: 'typing', value: Typing.create({ isOn: true }) }).value.message;
  const calls: readonly [string, () => Promise<unknown>][] = [
    ['idempotency_key', () => messages.submit({ message: message_ }, t1)],
    ['message', () => messages.submit({ idempotencyKey: 'k' }, t1)],
    ['message.action', () => messages.submit({ idempotencyKey: 'k', message: { conversationId: 'x' } }, t1)],
    ['page_size', () => messages.listHistory({ conversationId: 'x', pageSize: 501 }, t1)],
    ['value', () => contacts.find({ value: ' ' }, t1)],
    ['joined_contact_id', () => contacts.join({ contactId: 'x', idempotencyKey: 'k' }, t1)],
    ['tenant_id', () => contacts.find({ value: 'x' }, { tenant: '*' })],
  ];
  for (const [field, call] of calls) {
    await assert.rejects(call(), (error: { code?: string; message: string }) => {
      assert.equal(error.code, 'invalid_argument');
      assert.match(error.message, new RegExp(`\\b${field}\\b`));
      return true;
    });
  }
});

test('what is no message is refused at once; what the rules refuse is answered and told as failed', async () => {
  await around.enter(hookCall(says('l', '1')));
  await factsIn(around, 'l', 1);
  await assert.rejects(sendIn(around, 'l', 'l-empty', ' '), { code: 'invalid_argument' });
  const action = { $case: 'edit', value: { messageId: 'nowhere', content: textContent('new') } } as const;
  const order = OutgoingMessage.fromPartial({ conversationId: conversationOf('l'), action });
  const { messageId } = await around.messages.submit({ idempotencyKey: 'l-key', message: order }, t1);
  const failed = await stateIn(around, messageId, MessageState.MESSAGE_STATE_FAILED);
  assert.equal(failed.status?.error?.code, 'not_found');
});
