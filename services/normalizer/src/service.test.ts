import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Content, ids, MediaState, MessageState, OutgoingMessage, ReceiptState } from '@trunkline/contracts';
import { signFileUrl } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import {
  event,
  hookCall,
  imageContent,
  kinds,
  message,
  only,
  party,
  sendResult,
  textContent,
} from './testing/build.ts';
import { type Surroundings, startSurroundings } from './testing/surroundings.ts';
import { contactOf, conversationOf, factsIn, says, sendIn, stateIn, t1 } from './testing/talk.ts';

let around: Surroundings;
before(async () => {
  around = await startSurroundings();
});
after(async () => {
  await around?.[Symbol.asyncDispose]();
});

/** Facts of one person's conversation, once there are so many. */
const factsOf = (who: string, count: number) => factsIn(around, who, count);
const sendTo = (who: string, key: string, text?: string) => sendIn(around, who, key, text);
/** A message once it is in a state. */
const messageIn = (messageId: string, state: MessageState) => stateIn(around, messageId, state);

test('a hook call becomes a fact; five repeats are one, and what shares its id is no repeat', async () => {
  const one = says('a', '1');
  const details = { chat: 'a', sender: party('a'), platformId: '1' };
  const edit = { targetPlatformId: '1', revision: 1, content: textContent('new') };
  const edited = event({ $case: 'edit', value: edit }, { ...details, dedupeKey: 'edit:a:1' });
  const receipt = { state: ReceiptState.RECEIPT_STATE_READ, targetPlatformIds: ['1'], upTo: '', error: undefined };
  const read = event({ $case: 'receipt', value: receipt }, { ...details, dedupeKey: 'read:a:1' });
  await around.enter(hookCall(one), hookCall(one), hookCall(one));
  await around.enter(hookCall(one), hookCall(edited), hookCall(one), hookCall(read), hookCall(says('a', '2')));
  const facts = await factsOf('a', 7);
  assert.deepEqual(kinds(facts).toSorted(), [...Array(3).fill('received'), ...Array(4).fill('repeated')]);
  assert.deepEqual(
    only(facts, 'received').map(({ told }) => told.conversationNumber),
    [1, 2, 3],
  );
});

test('a submitted message becomes an order, its result a status, and a repeat the same answer', async () => {
  await around.enter(hookCall(says('b', '1')));
  await factsOf('b', 1);
  const { messageId, isRepeat, conversationId } = await sendTo('b', 'b-key', 'hello');
  assert.equal(isRepeat, false);
  const order = await until(async () => {
    const all = await around.orders('ch1');
    return all
      .map(({ order: each }) => each)
      .find((each) => each?.$case === 'send' && each.value.message?.id === messageId);
  });
  assert.ok(order.$case === 'send');
  assert.deepEqual([order.value.conversation?.platformId, order.value.parts, order.value.isAgain], ['b', 1, false]);

  assert.deepEqual(await sendTo('b', 'b-key', 'hello'), { messageId, isRepeat: true, conversationId });
  await assert.rejects(sendTo('b', 'b-key', 'other'), { code: 'already_exists' });

  const state = MessageState.MESSAGE_STATE_SENT;
  await around.enter(sendResult({ messageId, state, platformIds: ['900'] }));
  const told = await messageIn(messageId, state);
  assert.deepEqual([told.platformIds, told.isOutbound, told.conversationNumber], [['900'], true, 2]);
});

test('the photos of an album are one message, released by a timer of the bus, and each file is to be copied', async () => {
  const photo = (key: string) => {
    const value = {
      content: imageContent(`f${key}`),
      reply: undefined,
      forward: undefined,
      albumId: 'x',
      keyboard: undefined,
    };
    const details = { dedupeKey: `message:c:${key}`, platformId: key, chat: 'c', sender: party('c') };
    return event({ $case: 'message', value }, details);
  };
  await around.enter(hookCall(photo('1')), hookCall(photo('2')));
  const [album] = only(await factsOf('c', 1), 'received');
  const told = album?.told.event?.event;
  assert.ok(told?.$case === 'message' && told.value.content?.kind?.$case === 'album');
  assert.equal(told.value.content.kind.value.items.length, 2);
  const files = await until(async () => {
    const all = await around.orders('ch1', 'files');
    const own = all.flatMap(({ order }) =>
      order?.$case === 'fetch' && order.value.messageId === album?.id ? [order.value] : [],
    );
    return own.length === 2 && own;
  });
  assert.deepEqual(
    files.map(({ media }) => media?.id),
    ['f1', 'f2'],
  );

  const media = { ...(files[0]?.media ?? assert.fail()), state: MediaState.MEDIA_STATE_STORED, sha256: 'ab' };
  await around.enter({
    $case: 'fileResult',
    value: { channelId: 'ch1', messageId: album?.id ?? '', media, reason: '' },
  });
  const line = await until(async () => {
    const found = await around.messages.get({ messageId: album?.id ?? '' }, t1);
    const kind = found.content?.kind;
    return kind?.$case === 'album' && kind.value.items[0]?.media?.url ? kind.value : undefined;
  });
  assert.match(line.items[0]?.media?.url ?? '', /^http:\/\/localhost:8080\/files\/f1\?/);
  assert.equal(line.items[1]?.media?.url, '');
});

test('a sender names a file by a link of ours or an address, and never by an id or key that it only knows', async () => {
  await around.enter(hookCall(says('file', '1')));
  await factsOf('file', 1);
  const submit = async (key: string, media: object) => {
    const action = { $case: 'message', value: { content: Content.fromJSON({ image: { media } }) } } as const;
    const message_ = OutgoingMessage.fromPartial({ conversationId: conversationOf('file'), action });
    return await around.messages.submit({ idempotencyKey: key, message: message_ }, t1);
  };
  const stolen = { id: 'of another tenant', source: { objectKey: 'of another tenant' }, state: 'MEDIA_STATE_STORED' };
  await assert.rejects(submit('f-0', stolen), { code: 'invalid_argument' });
  const path = signFileUrl({ key: 'f-key', expiresAtMs: Date.now() + 60_000 }, 'files');
  const { messageId } = await submit('f-1', { ...stolen, url: new URL(path, 'http://localhost:8080').href });
  const sent = await messageIn(messageId, MessageState.MESSAGE_STATE_QUEUED);
  const kind = sent.content?.kind;
  assert.match(kind?.$case === 'image' ? (kind.value.media?.url ?? '') : '', /\/files\/f-key\?/);
});

test('history is listed newest first, page by page', async () => {
  await around.enter(...['1', '2', '3', '4', '5'].map((key) => hookCall(says('d', key))));
  await factsOf('d', 5);
  const list = (pageToken: string) =>
    around.messages.listHistory({ conversationId: conversationOf('d'), pageSize: 2, pageToken }, t1);
  const pages = [await list('')];
  while (pages.at(-1)?.nextPageToken) pages.push(await list(pages.at(-1)?.nextPageToken ?? ''));
  assert.deepEqual(
    pages.map(({ messages }) => messages.map(({ conversationNumber }) => conversationNumber)),
    [[5, 4], [3, 2], [1]],
  );
  await assert.rejects(list('nonsense'), { code: 'invalid_argument' });
});

test('contacts are found by what is known of them, joined, and split again', async () => {
  const named = (who: string, username: string) =>
    message(`${who}:1`, 'hi', { chat: who, sender: party(who, { alternativeIds: { username } }), platformId: '1' });
  await around.enter(hookCall(named('e', 'anna')), hookCall(named('f', 'anna')));
  await factsOf('f', 1);
  const find = async (pageToken = '') => await around.contacts.find({ value: 'anna', pageSize: 1, pageToken }, t1);
  const first = await find();
  const second = await find(first.nextPageToken);
  const found = [...first.contacts, ...second.contacts].map(({ id }) => id);
  assert.deepEqual(found.toSorted(), [contactOf('e'), contactOf('f')].toSorted());
  assert.equal(second.nextPageToken, '');

  const request = { contactId: contactOf('e'), joinedContactId: contactOf('f'), idempotencyKey: 'join e f' };
  const joined = await around.contacts.join(request, t1);
  assert.deepEqual([joined.id, joined.identities.length], [contactOf('e'), 2]);
  assert.equal((await around.contacts.join(request, t1)).id, contactOf('e'));
  await assert.rejects(around.contacts.join({ ...request, joinedContactId: 'x' }, t1), { code: 'already_exists' });
  assert.equal((await around.contacts.get({ contactId: contactOf('f') }, t1)).id, contactOf('e'));

  const split = { contactId: contactOf('e'), identityId: ids.identity('ch1', 'f'), idempotencyKey: 'split e f' };
  const apart = await around.contacts.split(split, t1);
  assert.deepEqual(
    apart.identities.map(({ id }) => id),
    [ids.identity('ch1', 'f')],
  );
  assert.equal((await around.contacts.get({ contactId: contactOf('e') }, t1)).identities.length, 1);
});

test('a person decides an unknown outcome, and it is sent again as such', async () => {
  await around.enter(hookCall(says('g', '1')));
  await factsOf('g', 1);
  const { messageId } = await sendTo('g', 'g-key');
  const state = MessageState.MESSAGE_STATE_UNKNOWN;
  await around.enter(sendResult({ messageId, state }));
  await messageIn(messageId, state);
  const again = await around.messages.resolveUnknown({ messageId, isSent: false, idempotencyKey: 'g again' }, t1);
  assert.equal(again.status?.state, MessageState.MESSAGE_STATE_QUEUED);
  await until(async () =>
    (await around.orders('ch1')).some(
      ({ order }) => order?.$case === 'send' && order.value.message?.id === messageId && order.value.isAgain,
    ),
  );
  const refused = around.messages.resolveUnknown({ messageId, isSent: true, idempotencyKey: 'g more' }, t1);
  await assert.rejects(refused, { code: 'failed_precondition' });
});

test('whether a conversation may be written to is answered with what the channel carries', async () => {
  await around.enter(hookCall(says('h', '1')));
  await factsOf('h', 1);
  const answer = await around.messages.canSend({ conversationId: conversationOf('h') }, t1);
  assert.deepEqual([answer.isAllowed, answer.isFreeTextAllowed, answer.capabilities?.textMax], [true, true, 4096]);
});

test('a channel with conversations says so to the directory, and to nobody else', async () => {
  await around.enter(hookCall(says('j', '1')));
  await factsOf('j', 1);
  const asked = (channelId: string) => around.directory.hasConversations({ channelId });
  assert.deepEqual([await asked('ch1'), await asked('ch2')], [{ hasConversations: true }, { hasConversations: false }]);
  await assert.rejects(around.messages.hasConversations({ channelId: 'ch1' }), { code: 'permission_denied' });
});

test('what became of events is counted, and every channel balances', async () => {
  const text = await around.metrics();
  const count = (outcome: string) => {
    const line = new RegExp(`^trunkline_normalizer_events_total\\{[^}]*outcome="${outcome}"[^}]*\\} (\\d+)$`, 'm').exec(
      text,
    );
    return Number(line?.[1] ?? 0);
  };
  const held = /^trunkline_normalizer_held_events\{[^}]*\} (\d+)$/m.exec(text)?.[1];
  assert.ok(count('normalized') > 10 && count('repeated') >= 4);
  assert.equal(count('accepted'), count('normalized') + count('repeated') + count('parked') + Number(held));
  assert.doesNotMatch(text, /^trunkline_channel_imbalance\{/m);
});

test('after a restart the service goes on where it stood, and says nothing twice', async () => {
  await around.enter(hookCall(says('m', '1')));
  await factsOf('m', 1);
  await around.restart();
  await around.enter(hookCall(says('m', '1')), hookCall(says('m', '2')));
  const facts = await factsOf('m', 3);
  assert.deepEqual(kinds(facts), ['received', 'repeated', 'received']);
  assert.deepEqual(
    only(facts, 'received').map(({ told }) => told.conversationNumber),
    [1, 2],
  );
  const sent = (await around.orders('ch1')).flatMap(({ order }) => (order?.$case === 'send' ? [order.value] : []));
  const once = new Set(sent.map(({ message: own, part, isAgain }) => `${own?.id} ${part} ${isAgain}`));
  assert.equal(once.size, sent.length);
});
