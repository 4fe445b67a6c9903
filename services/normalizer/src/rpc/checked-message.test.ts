import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Origin, OutgoingMessage } from '@trunkline/contracts';
import { checkedMessage } from './checked-message.ts';

const text = { message: { content: { text: { plain: 'hi' } } } };
const check = (given: object) => checkedMessage(OutgoingMessage.fromJSON({ conversationId: 'c', ...given }));

const refused: readonly (readonly [string, object])[] = [
  ['message.conversation_id', { ...text, conversationId: '' }],
  ['message.conversation_id', { ...text, conversationId: 'c'.repeat(201) }],
  ['message.action', {}],
  ['message.origin', { ...text, origin: 'ORIGIN_CONTACT' }],
  ['message.origin', { ...text, origin: 'ORIGIN_EXTERNAL' }],
  ['message.message.content', { message: {} }],
  ['message.message.content.kind', { message: { content: {} } }],
  ['message.message.content.text.plain', { message: { content: { text: { plain: ' \n' } } } }],
  ['message.edit.message_id', { edit: { content: { text: { plain: 'hi' } } } }],
  ['message.edit.content', { edit: { messageId: 'm' } }],
  ['message.delete.message_ids', { delete: {} }],
  ['message.delete.message_ids', { delete: { messageIds: ['m', ''] } }],
  ['message.delete.message_ids', { delete: { messageIds: Array(101).fill('m') } }],
  ['message.reaction.message_id', { reaction: { reactions: ['👍'] } }],
  ['message.read.message_id', { read: {} }],
  ['message.press_answer.press_id', { pressAnswer: { text: 'Thanks' } }],
  ['message.group.order', { group: {} }],
  ['message.to', { group: { create: { title: 'x' } } }],
  ['message.control.action', { control: { toApp: 'x' } }],
  ['message.to.channel_id', { ...text, conversationId: '', to: { platformId: '7' } }],
  ['message.to.platform_id', { ...text, conversationId: '', to: { channelId: 'ch' } }],
  ['message.to.platform_id', { group: { create: {} }, conversationId: '', to: { channelId: 'ch', platformId: '7' } }],
  ['message.conversation_id', { ...text, to: { channelId: 'ch', platformId: '7' } }],
];

for (const [index, [field, given]] of refused.entries()) {
  test(`a message that is not right is refused by its field: ${field} (${index})`, () => {
    assert.throws(
      () => check(given),
      (error: { code: string; violations: readonly { field: string }[] }) => {
        assert.deepEqual([error.code, error.violations.map((each) => each.field)], ['invalid_argument', [field]]);
        return true;
      },
    );
  });
}

test('a message is the operator’s unless it says who writes, and its id is ours to give', () => {
  assert.deepEqual([check({ ...text, id: 'mine' }).id, check(text).origin], ['', Origin.ORIGIN_OPERATOR]);
  assert.equal(check({ ...text, origin: 'ORIGIN_BOT' }).origin, Origin.ORIGIN_BOT);
  assert.throws(() => checkedMessage(undefined), { code: 'invalid_argument' });
  for (const action of [{ typing: { isOn: true } }, { read: { messageId: 'm' } }, { reaction: { messageId: 'm' } }])
    assert.ok(check(action).action);
});
