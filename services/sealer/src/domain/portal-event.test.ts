import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  Button,
  type ChannelEvent,
  type Content,
  ControlAction,
  type Fact,
  GroupAction,
  Keyboard,
  MediaState,
  MessageState,
  Origin,
  StartContext,
  Typing,
} from '@trunkline/contracts';
import { factOf, media, received, source } from '../testing/facts.ts';
import { portalEvent } from './portal-event.ts';

const fileLink = () => 'https://hub.example/files/m1';

/** The type of a fact's event and what is inside. */
function told(fact: Fact) {
  const event = portalEvent(fact, fileLink);
  return event && { type: event.type, inside: JSON.parse(event.plaintext.toString()) };
}

type Happened = NonNullable<ChannelEvent['event']>;
const content = { kind: { $case: 'text' as const, value: { plain: 'hi', marks: [] } } };
const members = [{ platformId: 'u2', displayName: 'Boris', avatar: media }] as never;
const nothingMore = { value: '', inviteLink: '', requestPlatformId: '' };
const targetPlatformId = '5';

/** Kind of channel event, type and member of the portal's event, and what it must hold. */
const kinds: readonly [Happened, string, string, object][] = [
  [
    { $case: 'message', value: { content, reply: undefined, forward: undefined, albumId: '', keyboard: undefined } },
    ...(['trunkline.message.received.v1', 'messageReceived'] as const),
    { origin: 'ORIGIN_CONTACT', sentAt: '2026-07-01T09:59:59.000Z', content: { text: { plain: 'hi' } } },
  ],
  [
    { $case: 'edit', value: { targetPlatformId, revision: 2, content } },
    ...(['trunkline.message.edited.v1', 'messageEdited'] as const),
    { messageId: 'target-1', revision: 2, content: { text: { plain: 'hi' } } },
  ],
  [
    { $case: 'delete', value: { targetPlatformIds: [targetPlatformId] } },
    ...(['trunkline.message.deleted.v1', 'messageDeleted'] as const),
    { messageIds: ['target-1'] },
  ],
  [
    { $case: 'reaction', value: { targetPlatformId, reactions: ['👍'] } },
    ...(['trunkline.message.reaction.v1', 'messageReaction'] as const),
    { messageId: 'target-1', reactions: ['👍'] },
  ],
  [
    { $case: 'press', value: { targetPlatformId, payload: 'p', title: 'Yes', ackToken: 'token of the platform' } },
    ...(['trunkline.button.pressed.v1', 'buttonPressed'] as const),
    { messageId: 'target-1', payload: 'p', title: 'Yes' },
  ],
  [
    { $case: 'start', value: { payload: 'from-site' } },
    ...(['trunkline.conversation.started.v1', 'conversationStarted'] as const),
    { payload: 'from-site' },
  ],
  [
    { $case: 'subscription', value: { isAllowed: false, platformState: 'kicked' } },
    ...(['trunkline.conversation.subscription.v1', 'subscriptionChanged'] as const),
    { platformState: 'kicked' },
  ],
  [
    { $case: 'group', value: { action: GroupAction.GROUP_ACTION_JOINED, members, ...nothingMore } },
    ...(['trunkline.conversation.group.v1', 'groupChanged'] as const),
    { action: 'GROUP_ACTION_JOINED' },
  ],
  [
    { $case: 'control', value: { action: ControlAction.CONTROL_ACTION_TAKEN, fromApp: 'a', toApp: 'b', metadata: '' } },
    ...(['trunkline.conversation.control.v1', 'controlChanged'] as const),
    { action: 'CONTROL_ACTION_TAKEN', fromApp: 'a', toApp: 'b' },
  ],
  [
    { $case: 'identity', value: { kind: 'phone', from: '1', to: '2' } },
    ...(['trunkline.contact.identity.v1', 'identityChanged'] as const),
    { kind: 'phone', from: '1', to: '2' },
  ],
  [
    { $case: 'call', value: { state: 2, durationSeconds: 3 } as never },
    ...(['trunkline.call.happened.v1', 'callHappened'] as const),
    { state: 'CALL_STATE_MISSED', durationSeconds: 3 },
  ],
  [
    { $case: 'channelState', value: { state: 3, reason: 'signed out' } as never },
    ...(['trunkline.channel.state.v1', 'channelStateChanged'] as const),
    { state: 'CHANNEL_STATE_NEEDS_SIGN_IN', reason: 'signed out' },
  ],
];

for (const [happened, type, member, holds] of kinds) {
  test(`what is received as ${happened.$case} is told as ${type}`, () => {
    const fact = received('p1', happened);
    const event = told(fact) ?? assert.fail();
    assert.equal(event.type, type);
    assert.partialDeepStrictEqual(event.inside, {
      ...{ id: fact.id, channel: { id: 'ch1', connector: 'telegram', name: 'Bot', lineId: 'l1' } },
      conversation: { id: 'conversation-1', kind: 'CONVERSATION_KIND_PRIVATE', title: 'Anna', number: 7 },
      contact: { id: 'contact-1', displayName: 'Anna', ids: { username: 'anna' }, platformId: 'u1' },
      [member]: holds,
    });
    assert.equal(JSON.stringify(event).includes('token of the platform'), false);
  });
}

test('that another app of the messenger has the conversation is told with what happened in it', () => {
  const [happened] = kinds[0] ?? assert.fail();
  const fact = received('p1', happened);
  const inner = fact.fact?.$case === 'received' ? fact.fact.value : assert.fail();
  const conversationOf = (one: Fact) => told(one)?.inside.conversation;
  assert.equal(conversationOf(fact)?.isHeldElsewhere, undefined);
  const event = inner.event && { ...inner.event, isHeldElsewhere: true };
  const held = { ...fact, fact: { $case: 'received' as const, value: { ...inner, event } } };
  assert.equal(conversationOf(held)?.isHeldElsewhere, true);
});

const submittedMessage = { id: 'm', origin: Origin.ORIGIN_OPERATOR, author: { id: '7', name: 'Olga', avatarUrl: '' } };
const facts: readonly [Parameters<typeof factOf>[1], string, object][] = [
  [
    {
      $case: 'submitted',
      value: {
        message: { ...submittedMessage, action: { $case: 'message', value: { content } } },
        conversationNumber: 8,
      },
    },
    'trunkline.message.submitted.v1',
    {
      conversation: { number: 8 },
      messageSubmitted: { id: 'm', origin: 'ORIGIN_OPERATOR', author: { id: '7', name: 'Olga' } },
    },
  ],
  [
    { $case: 'status', value: { messageId: 'm', state: MessageState.MESSAGE_STATE_READ } },
    'trunkline.message.status.v1',
    { messageStatus: { messageId: 'm', state: 'MESSAGE_STATE_READ' } },
  ],
  [
    { $case: 'contactsJoined', value: { contactId: 'a', joinedContactId: 'b', reason: 'phone' } },
    'trunkline.contact.joined.v1',
    { contactJoined: { contactId: 'a', joinedContactId: 'b' } },
  ],
  [
    { $case: 'contactSplit', value: { contactId: 'a', newContactId: 'b', identityId: 'i' } },
    'trunkline.contact.split.v1',
    { contactSplit: { contactId: 'a', newContactId: 'b' } },
  ],
  [
    { $case: 'fileSettled', value: { media, messageId: 'm', reason: '' } },
    'trunkline.file.settled.v1',
    { fileSettled: { messageId: 'm', media: { id: 'm1', url: fileLink() } } },
  ],
];

for (const [fact, type, holds] of facts) {
  test(`the fact ${fact?.$case} is told as ${type}`, () => {
    const event = told(factOf('p1', fact)) ?? assert.fail();
    assert.equal(event.type, type);
    assert.partialDeepStrictEqual(event.inside, holds);
  });
}

test('what no portal needs, and what no portal works with, is not told', () => {
  const silent: Fact[] = [
    received('p1', { $case: 'typing', value: Typing.create({ isOn: true }) }),
    received('p1', {
      $case: 'receipt',
      value: { state: 3, targetPlatformIds: [], upTo: '', error: undefined } as never,
    }),
    received('', { $case: 'start', value: { payload: '' } }),
    factOf('p1', { $case: 'parked', value: { parkedId: 'x', code: 'malformed', reason: 'x' } }),
    factOf('p1', { $case: 'repeated', value: { eventId: 'e' } }),
    factOf('p1', { $case: 'timerDue', value: { timerId: 't', payload: Buffer.alloc(0), stage: 's' } }),
    factOf('p1', undefined),
  ];
  for (const fact of silent) assert.equal(told(fact), undefined, fact.fact?.$case);
});

test('what the company’s people wrote elsewhere has an author, and the contact stays the contact', () => {
  const value = { content, reply: undefined, forward: undefined, albumId: '', keyboard: undefined };
  for (const origin of [Origin.ORIGIN_OPERATOR, Origin.ORIGIN_BOT, Origin.ORIGIN_EXTERNAL]) {
    const { inside } = told(received('p1', { $case: 'message', value }, { origin })) ?? assert.fail();
    assert.deepEqual(inside.contact, { id: 'contact-1' });
    assert.deepEqual(inside.messageReceived.author, { id: 'u1', name: 'Anna' });
  }
});

test('a message of another app keeps its buttons and its album, and a person their country', () => {
  const keyboard = Keyboard.create({ rows: [{ buttons: [Button.create({ text: 'Yes' })] }] });
  const value = { content, reply: undefined, forward: undefined, albumId: 'a1', keyboard };
  const { inside } = told(received('p1', { $case: 'message', value })) ?? assert.fail();
  assert.deepEqual(inside.messageReceived.keyboard, { rows: [{ buttons: [{ text: 'Yes' }] }] });
  assert.equal(inside.messageReceived.albumId, 'a1');
  assert.equal(inside.contact.country, 'AM');
});

test('what brought a person stands with what they wrote and pressed, and with the person from then on', () => {
  const context = StartContext.create({ ref: 'v-8F3K2', source: 'ad' });
  const value = { content, reply: undefined, forward: undefined, albumId: '', keyboard: undefined };
  const wrote = told(received('p1', { $case: 'message', value }, { context })) ?? assert.fail();
  const button = { targetPlatformId: '', payload: 'PRICE', title: 'Price?', ackToken: '' };
  const pressed = told(received('p1', { $case: 'press', value: button }, { context })) ?? assert.fail();
  const shown = { ref: 'v-8F3K2', source: 'ad' };
  assert.deepEqual(wrote.inside.messageReceived.context, shown);
  assert.deepEqual(wrote.inside.contact.source, shown);
  assert.deepEqual(pressed.inside.buttonPressed.context, shown);
});

test('the same fact gives the same bytes', () => {
  const fact = received('p1', { $case: 'start', value: { payload: 'x' } });
  assert.deepEqual(portalEvent(fact, fileLink), portalEvent(structuredClone(fact), fileLink));
});

const attachment = { media, caption: undefined, transcription: '' };
const withFiles = {
  ...Object.fromEntries(
    ['image', 'video', 'audio', 'voice', 'file', 'animation', 'videoNote'].map((kind) => [kind, attachment]),
  ),
  sticker: { media, emoji: '' },
  album: { items: [{ type: 1, media, caption: undefined }], caption: undefined },
  link: { url: 'https://x.example', title: '', description: '', image: media },
  cards: { cards: [{ title: '', subtitle: '', image: media, url: '', buttons: [] }] },
  template: {
    ...{ name: 't', language: 'en', buttons: [], preview: '' },
    header: [{ name: '', value: { $case: 'media', value: media } }],
    body: [{ name: '', value: { $case: 'media', value: media } }],
  },
  story: { isMention: true, platformStoryId: '', media, text: undefined },
};

for (const [$case, value] of Object.entries(withFiles)) {
  test(`a file of a ${$case} has a link once it is stored, and never shows where it came from`, () => {
    const carried = { kind: { $case, value } } as unknown as Content;
    const message = { content: carried, reply: undefined, forward: undefined, albumId: '', keyboard: undefined };
    const edit = { targetPlatformId: '', revision: 1, content: carried };
    const submitted = { message: { ...submittedMessage, action: { $case: 'message', value: message } } };
    const all = [
      received('p1', { $case: 'message', value: message }),
      received('p1', { $case: 'edit', value: edit }),
      factOf('p1', { $case: 'submitted', value: submitted } as never),
    ];
    for (const fact of all) {
      const text = JSON.stringify(told(fact));
      assert.match(text, /https:\/\/hub\.example\/files\/m1/);
      assertNoSource(text);
    }
  });
}

test('neither a member’s picture nor a file that waits shows where it came from', () => {
  const group = { action: GroupAction.GROUP_ACTION_ADDED, members, ...nothingMore };
  assertNoSource(JSON.stringify(told(received('p1', { $case: 'group', value: group }))));
  const pending = { ...media, state: MediaState.MEDIA_STATE_PENDING };
  const { inside } = told(factOf('p1', { $case: 'fileSettled', value: { media: pending } } as never)) ?? assert.fail();
  assert.deepEqual(inside.fileSettled.media, { id: 'm1', mimeType: 'image/png', state: 'MEDIA_STATE_PENDING' });
});

function assertNoSource(text: string) {
  for (const hidden of [source.platformFileId, source.url, source.objectKey]) assert.ok(!text.includes(hidden), hidden);
}
