import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Capabilities,
  ContentCapability,
  ControlAction,
  ConversationKind,
  ConversationRef,
  Initiation,
  OutgoingMessage,
  Typing,
} from '@trunkline/contracts';
import { capabilities, channel, textContent } from '../../testing/build.ts';
import type { ConversationDocument, MessageDocument } from '../state/documents.ts';
import { canSend } from './can-send.ts';

const nowMs = 1_000_000_000;
const base: ConversationDocument = {
  ...{ _id: 'c1', tenantId: 't1', channelId: 'ch1', number: 1, createdAtMs: 0, lastInboundAtMs: nowMs - 10_000 },
  ref: ConversationRef.create({ platformId: '7', kind: ConversationKind.CONVERSATION_KIND_PRIVATE }),
  counts: { accepted: 1, normalized: 1, repeated: 0, parked: 0, held: 0 },
};
const line = (more: Partial<MessageDocument> = {}): MessageDocument => ({
  ...{ _id: 'm1', tenantId: 't1', channelId: 'ch1', conversationId: 'c1', contactId: '', number: 1, isLine: true },
  ...{ isOutbound: true, origin: 2, sentAtMs: nowMs - 10_000, platformIds: [], outgoing: new Uint8Array() },
  ...more,
});
const { outgoing: _ours, ...theirs } = line({ _id: 'inbound', isOutbound: false });
const targets = new Map<string, MessageDocument>([
  ['m1', line()],
  ['inbound', theirs],
  ['elsewhere', line({ _id: 'elsewhere', conversationId: 'c2' })],
]);
const quote = (messageId: string) => ({ messageId, platformId: '', text: '', senderName: '', selected: '' });
const { lastInboundAtMs: _never, ...silent } = base;

type Action = NonNullable<OutgoingMessage['action']>;
const text: Action = {
  $case: 'message',
  value: { content: textContent('hi'), reply: undefined, keyboard: undefined, options: undefined },
};
const template: Action = {
  $case: 'message',
  value: {
    content: {
      kind: { $case: 'template', value: { name: 'x', language: 'en', header: [], body: [], buttons: [], preview: '' } },
    },
    ...{ reply: undefined, keyboard: undefined, options: undefined },
  },
};
const tagged: Action = {
  ...text,
  value: { ...text.value, options: { isSilent: false, withoutPreview: false, tag: 'HUMAN_AGENT', isPrivate: false } },
};
const inPrivate = (messageId: string): Action => ({
  ...text,
  value: {
    ...text.value,
    reply: quote(messageId),
    options: { isSilent: false, withoutPreview: false, tag: '', isPrivate: true },
  },
});
const take: Action = {
  $case: 'control',
  value: { action: ControlAction.CONTROL_ACTION_TAKEN, toApp: '', metadata: '' },
};
const edit = (messageId: string): Action => ({
  $case: 'edit',
  value: { messageId, content: textContent('x'), keyboard: undefined },
});
const remove = (messageId: string): Action => ({ $case: 'delete', value: { messageIds: [messageId] } });
const withTemplates = { ...capabilities.content, template: ContentCapability.create() };
const closed: Partial<Capabilities> = { windowSeconds: 5 };

const cases: readonly {
  name: string;
  action?: Action;
  conversation?: ConversationDocument;
  carried?: Partial<Capabilities>;
  isActive?: boolean;
  code: string;
}[] = [
  { name: 'a text after the person wrote is allowed', action: text, code: '' },
  { name: 'the question in general is allowed', code: '' },
  { name: 'a channel with one way takes nothing', action: text, carried: { isOneWay: true }, code: 'unsupported' },
  { name: 'the question about a channel with one way is no', carried: { isOneWay: true }, code: 'unsupported' },
  { name: 'a text inside the window is allowed', action: text, carried: { windowSeconds: 11 }, code: '' },
  { name: 'a text after the window is refused', action: text, carried: closed, code: 'window_closed' },
  {
    name: 'a template after the window is allowed',
    action: template,
    carried: { ...closed, content: withTemplates },
    code: '',
  },
  {
    name: 'the question after the window is yes where templates go',
    carried: { ...closed, content: withTemplates },
    code: '',
  },
  {
    name: 'a template is no first word where people have to begin',
    action: template,
    conversation: silent,
    carried: { initiation: Initiation.INITIATION_CONTACT, content: withTemplates },
    code: 'window_closed',
  },
  { name: 'the question after the window is no where they do not', carried: closed, code: 'window_closed' },
  {
    name: "a text with the platform's tag after the window is allowed",
    action: tagged,
    carried: { ...closed, tags: { HUMAN_AGENT: 60 } },
    code: '',
  },
  {
    name: 'a tag whose time is over is refused',
    action: tagged,
    carried: { ...closed, tags: { HUMAN_AGENT: 6 } },
    code: 'window_closed',
  },
  { name: 'a tag that the platform has not is refused', action: tagged, carried: closed, code: 'window_closed' },
  {
    name: 'a comment is answered in private',
    action: inPrivate('inbound'),
    carried: { privateReplySeconds: 60 },
    code: '',
  },
  {
    name: 'a comment is not answered in private when its time is over',
    action: inPrivate('inbound'),
    carried: { privateReplySeconds: 5 },
    code: 'window_closed',
  },
  { name: 'nothing is answered in private where it cannot be', action: inPrivate('inbound'), code: 'unsupported' },
  {
    name: 'what is no comment is not answered in private',
    action: inPrivate('m1'),
    carried: { privateReplySeconds: 60 },
    code: 'content_invalid',
  },
  {
    name: 'a group that we are in may be written to before anybody wrote',
    action: text,
    conversation: { ...silent, ref: { ...base.ref, kind: ConversationKind.CONVERSATION_KIND_GROUP } },
    code: '',
  },
  { name: 'a conversation is taken from another app where there are any', action: take, code: 'unsupported' },
  { name: 'a conversation is taken from another app', action: take, carried: { canControl: true }, code: '' },
  { name: 'an edit after the window is allowed', action: edit('m1'), carried: closed, code: '' },
  { name: 'a template where there are none is refused', action: template, code: 'unsupported' },
  {
    name: 'the first word is refused where the person has it',
    action: text,
    conversation: silent,
    code: 'window_closed',
  },
  {
    name: 'the first word is allowed where we may have it',
    ...{ action: text, conversation: silent, code: '' },
    carried: { initiation: Initiation.INITIATION_ALWAYS },
  },
  {
    name: 'the first word is allowed where a phone number is enough',
    ...{ action: text, conversation: silent, code: '' },
    carried: { initiation: Initiation.INITIATION_PHONE },
  },
  {
    name: 'somebody who has not written is written to again only after a while',
    ...{ action: text, conversation: { ...silent, firstWordAtMs: nowMs - 4_000 }, code: 'window_closed' },
    carried: { initiation: Initiation.INITIATION_ALWAYS, firstWordSeconds: 5 },
  },
  {
    name: 'after that while they may be written to again',
    ...{ action: text, conversation: { ...silent, firstWordAtMs: nowMs - 5_000 }, code: '' },
    carried: { initiation: Initiation.INITIATION_ALWAYS, firstWordSeconds: 5 },
  },
  {
    name: 'whoever has written is written to at any time',
    ...{ action: text, conversation: { ...base, firstWordAtMs: nowMs - 1_000 }, code: '' },
    carried: { initiation: Initiation.INITIATION_ALWAYS, firstWordSeconds: 5 },
  },
  {
    name: 'a person who blocked us is not written to',
    action: text,
    conversation: { ...base, isBlocked: true },
    code: 'recipient_blocked',
  },
  { name: 'a channel that is switched off sends nothing', action: text, isActive: false, code: 'failed_precondition' },
  {
    name: 'an answer to a message of another conversation is refused, lest it be quoted there',
    action: { ...text, value: { ...text.value, reply: quote('elsewhere') } },
    code: 'not_found',
  },
  {
    name: 'an answer to a message of this conversation is allowed',
    action: { ...text, value: { ...text.value, reply: quote('inbound') } },
    code: '',
  },
  {
    name: 'an empty text is refused',
    action: { ...text, value: { ...text.value, content: textContent(' \n') } },
    code: 'content_invalid',
  },
  { name: 'our own message can be changed', action: edit('m1'), code: '' },
  { name: "the person's message cannot be changed", action: edit('inbound'), code: 'unsupported' },
  { name: 'a message of another conversation cannot be changed', action: edit('elsewhere'), code: 'not_found' },
  { name: 'a message that is not there cannot be changed', action: edit('nowhere'), code: 'not_found' },
  {
    name: 'an edit where there are none is allowed: it becomes a correction',
    action: edit('m1'),
    carried: { editSeconds: 0 },
    code: '',
  },
  { name: 'a deletion in time is allowed', action: remove('m1'), code: '' },
  {
    name: 'a deletion whose time is over is refused',
    action: remove('m1'),
    carried: { deleteSeconds: 5 },
    code: 'unsupported',
  },
  { name: 'a deletion for ever is allowed', action: remove('m1'), carried: { deleteSeconds: 4_294_967_295 }, code: '' },
  {
    name: 'a deletion where there are none is refused',
    action: remove('m1'),
    carried: { deleteSeconds: 0 },
    code: 'unsupported',
  },
  {
    name: 'typing where it is not shown is refused',
    action: { $case: 'typing', value: Typing.create({ isOn: true }) },
    carried: { canType: false },
    code: 'unsupported',
  },
];

for (const { name, action, conversation = base, carried = {}, isActive = true, code } of cases) {
  test(name, () => {
    const order = action && { message: { ...OutgoingMessage.create(), action }, targets };
    const verdict = canSend({
      ...{ conversation, channel: { ...channel, isActive }, capabilities: { ...capabilities, ...carried }, nowMs },
      ...(order && { order }),
    });
    assert.equal(verdict.code, code);
    assert.equal(verdict.isAllowed, code === '');
  });
}

test('the answer names the end of the window and whether free text may be sent', () => {
  const carried = { ...capabilities, windowSeconds: 60, content: withTemplates };
  const open = canSend({ conversation: base, channel, capabilities: carried, nowMs });
  assert.deepEqual([open.windowEndsAtMs, open.isFreeTextAllowed], [nowMs - 10_000 + 60_000, true]);
  const over = canSend({ conversation: base, channel, capabilities: carried, nowMs: nowMs + 60_000 });
  assert.deepEqual([over.isAllowed, over.isFreeTextAllowed, over.isTemplateAllowed], [true, false, true]);
});

test('of a channel with one way the answer says what would do, and offers no other way into it', () => {
  const carried = { ...capabilities, isOneWay: true, tags: { HUMAN_AGENT: 60 }, content: withTemplates };
  const { reason, remedy, ...ways } = canSend({ conversation: base, channel, capabilities: carried, nowMs });
  assert.match(reason, /answered elsewhere/);
  assert.match(remedy, /^Call the person, or write/);
  assert.deepEqual([ways.isFreeTextAllowed, ways.isTemplateAllowed, ways.tags], [false, false, []]);
});

test('the answer names the tags that still work, and what would do when nothing may be sent as it is', () => {
  const carried = { ...capabilities, windowSeconds: 5, tags: { HUMAN_AGENT: 60, OLD: 7 } };
  const general = canSend({ conversation: base, channel, capabilities: carried, nowMs });
  assert.deepEqual(
    [general.isAllowed, general.tags],
    [true, [{ tag: 'HUMAN_AGENT', untilMs: nowMs - 10_000 + 60_000 }]],
  );
  const order = { message: { ...OutgoingMessage.create(), action: text }, targets };
  const refused = canSend({ conversation: base, channel, capabilities: carried, nowMs, order });
  assert.deepEqual([refused.code, refused.remedy], ['window_closed', 'Send it with a tag: HUMAN_AGENT.']);
  const blocked = canSend({ conversation: { ...base, isBlocked: true }, channel, capabilities: carried, nowMs });
  assert.deepEqual([blocked.isTemplateAllowed, blocked.tags], [false, []]);
});

test('a conversation that another app has is not written to for a day: it is taken first', () => {
  const carried = { ...capabilities, canControl: true };
  const held = { ...base, heldElsewhereAtMs: nowMs - 1_000 };
  const ask = (conversation: ConversationDocument, action?: Action) => {
    const message = OutgoingMessage.fromPartial({ action: action as never });
    const order = action && { message, targets };
    return canSend({ conversation, channel, capabilities: carried, nowMs, ...(order && { order }) });
  };
  const { isAllowed, code, reason, remedy, isFreeTextAllowed, isTemplateAllowed } = ask(held);
  assert.deepEqual([isAllowed, code, isFreeTextAllowed, isTemplateAllowed], [false, 'permission', false, false]);
  assert.match(`${reason} ${remedy}`, /Another app .* Take it by a control order/);
  assert.equal(ask(held, text).code, 'permission');
  const take: Action = {
    $case: 'control',
    value: { action: ControlAction.CONTROL_ACTION_TAKEN, toApp: '', metadata: '' },
  };
  assert.equal(ask(held, take).isAllowed, true);
  assert.equal(ask({ ...held, heldElsewhereAtMs: nowMs - 24 * 60 * 60 * 1_000 }).isAllowed, true);
});
