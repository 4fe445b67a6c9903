import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConversationKind, ConversationRef, GroupAction, HookCall, ids, Origin, Typing } from '@trunkline/contracts';
import {
  capabilities,
  channel,
  type EventDetails,
  event,
  hookCall,
  kinds,
  message,
  only,
  otherChannel,
  party,
  textContent,
  texts,
} from '../../testing/build.ts';
import { createWorld } from '../../testing/world.ts';
import { contentOf } from '../state/message-content.ts';
import { openParked } from '../state/parking.ts';
import { plainTextOf } from '../state/plain-text.ts';

const world = () => createWorld({ channels: [channel, otherChannel], capabilities });

const edit = (target: string, revision: number, text: string, details: EventDetails = {}) =>
  event(
    { $case: 'edit', value: { targetPlatformId: target, revision, content: textContent(text) } },
    { dedupeKey: `edit:${target}:${revision}`, platformId: target, ...details },
  );

const textOf = (found: Parameters<typeof contentOf>[0] | undefined) => plainTextOf(found && contentOf(found));

test('a message becomes a fact with everything resolved, and a line of history', async () => {
  const here = world();
  const [fact] = only(await here.take(hookCall(message('1', 'hi'))), 'received');
  const conversationId = ids.conversation('ch1', '7');
  assert.ok(fact);
  assert.deepEqual(
    [fact.tenantId, fact.portalId, fact.lineId, fact.channelId, fact.channelName, fact.connector],
    ['t1', 'p1', 'l1', 'ch1', 'Shop', 'telegram'],
  );
  assert.equal(fact.id, ids.event('ch1', 'message:1'));
  assert.equal(fact.conversationId, conversationId);
  assert.equal(fact.contactId, ids.contact(ids.identity('ch1', '7')));
  assert.deepEqual([fact.told.conversationNumber, fact.told.isFirst, fact.told.isLate], [1, true, false]);
  const line = here.get('messages', fact.id);
  assert.deepEqual([textOf(line), line?.number, line?.isLine, line?.isOutbound], ['hi', 1, true, false]);
  assert.equal(here.get('contacts', fact.contactId)?.displayName, 'Name 7');
});

test('five repeats, within one call and later, are one message and five words of repeats', async () => {
  const here = world();
  const one = message('1');
  const first = await here.take(hookCall(one, one), hookCall(one));
  const later = await here.take(hookCall(one), hookCall(one), hookCall(one));
  assert.deepEqual(kinds([...first, ...later]), ['received', ...Array(5).fill('repeated')]);
  assert.ok(only(later, 'repeated').every(({ told }) => told.eventId === one.id));
  assert.equal(here.all('messages').length, 1);
});

test("an edit and a deletion that carry their message's id are not repeats of it", async () => {
  const here = world();
  const deletion = event(
    { $case: 'delete', value: { targetPlatformIds: ['1'] } },
    { dedupeKey: 'delete:1', platformId: '1' },
  );
  const facts = await here.take(hookCall(message('1')), hookCall(edit('1', 1, 'new')), hookCall(deletion));
  assert.deepEqual(texts(facts), ['1', 'edit', 'delete']);
  assert.deepEqual(
    only(facts, 'received').map(({ told }) => told.conversationNumber),
    [1, 2, 3],
  );
  const line = here.get('messages', message('1').id);
  assert.deepEqual([textOf(line), line?.deletedAtMs], ['new', here.nowMs]);
});

test('an older revision that comes after a newer one is told but does not undo it', async () => {
  const here = world();
  await here.take(hookCall(message('1')), hookCall(edit('1', 5, 'newest')));
  const facts = await here.take(hookCall(edit('1', 4, 'older')));
  assert.deepEqual(
    only(facts, 'received').map(({ told }) => told.targetMessageIds),
    [[message('1').id]],
  );
  assert.equal(textOf(here.get('messages', message('1').id)), 'newest');
});

test('an edit of a message that was never seen here is told without a target', async () => {
  const [fact] = only(await world().take(hookCall(edit('404', 1, 'x'))), 'received');
  assert.deepEqual(fact?.told.targetMessageIds, ['']);
});

test('a quote is tied to our message and gets its text', async () => {
  const here = world();
  await here.take(hookCall(message('1', 'the question')));
  const reply = { messageId: '', platformId: '1', text: '', senderName: '', selected: '' };
  const answer = { content: textContent('the answer'), reply, forward: undefined, albumId: '', keyboard: undefined };
  const quoting = event({ $case: 'message', value: answer }, { dedupeKey: 'message:2', platformId: '2' });
  const [fact] = only(await here.take(hookCall(quoting)), 'received');
  const told = fact?.told.event?.event;
  assert.ok(told?.$case === 'message');
  assert.deepEqual([told.value.reply?.messageId, told.value.reply?.text], [message('1').id, 'the question']);
  assert.deepEqual(fact?.told.targetMessageIds, [message('1').id]);
});

test("a person's new reactions replace their former ones and leave others' alone", async () => {
  const here = world();
  const react = (key: string, who: string, reactions: string[]) =>
    event(
      { $case: 'reaction', value: { targetPlatformId: '1', reactions } },
      { dedupeKey: key, platformId: '1', sender: party(who) },
    );
  await here.take(hookCall(message('1'), react('a', '7', ['👍']), react('b', '8', ['🔥']), react('c', '7', ['❤️'])));
  const found = here.get('messages', message('1').id)?.reactions ?? [];
  assert.deepEqual(
    found.flatMap(({ reactions }) => reactions),
    ['🔥', '❤️'],
  );
});

test('what comes after later ones of its conversation is told as late, and not put back', async () => {
  const here = world();
  const facts = await here.take(hookCall(message('2', '2', { order: '2' }), message('1', '1', { order: '1' })));
  assert.deepEqual(
    only(facts, 'received').map(({ told }) => [told.conversationNumber, told.isLate]),
    [
      [1, false],
      [2, true],
    ],
  );
});

test('what a connector did not understand is parked whole and encrypted', async () => {
  const here = world();
  const call = HookCall.create({
    channelId: 'ch1',
    connector: 'telegram',
    raw: Buffer.from('secret'),
    parseError: 'odd',
  });
  const [fact] = only(await here.take({ $case: 'hookCall', value: call }), 'parked');
  const parked = here.get('parkedIn', fact?.told.parkedId ?? '') ?? assert.fail();
  assert.deepEqual([parked.tenantId, parked.code, parked.reason], ['t1', 'malformed', 'odd']);
  assert.ok(!Buffer.from(parked.sealed).includes('secret'));
  assert.ok(Buffer.from(openParked(here.settings.parkingKey, parked._id, parked.sealed)).includes('secret'));
});

test('a call of a channel that the directory does not know is parked, and so is what is no item at all', async () => {
  const here = world();
  const call = { ...hookCall(message('1')).value, channelId: 'nobody' };
  const [unknown] = only(await here.take({ $case: 'hookCall', value: call }), 'parked');
  const [garbage] = only(await here.takeBytes(Buffer.from([0xff, 0xff])), 'parked');
  assert.deepEqual([unknown?.told.code, garbage?.told.code], ['not_found', 'poison']);
});

test('a subscription taken back is told and blocks, until the person writes again', async () => {
  const here = world();
  const stop = event(
    { $case: 'subscription', value: { isAllowed: false, platformState: 'blocked' } },
    { dedupeKey: 's' },
  );
  await here.take(hookCall(message('1'), stop));
  const conversation = () => here.get('conversations', ids.conversation('ch1', '7')) as { isBlocked?: boolean };
  assert.equal(conversation().isBlocked, true);
  await here.take(hookCall(message('2')));
  assert.equal(conversation().isBlocked, false);
});

test('what a connector needs to write in a conversation again is the newest that it told', async () => {
  const here = world();
  const told = (resumeToken: string) => ({
    conversation: ConversationRef.create({ platformId: '7', parentId: 'post', parentCommentId: 'top', resumeToken }),
  });
  await here.take(
    hookCall(message('1', '1', told('server 1')), message('2', '2', told('server 2')), message('3', '3', told(''))),
  );
  const { ref } = here.get('conversations', ids.conversation('ch1', '7')) as {
    ref: Omit<ConversationRef, 'otherPlatformId'>;
  };
  assert.deepEqual([ref.resumeToken, ref.parentId, ref.parentCommentId], ['server 2', 'post', 'top']);
});

test('a comment is deleted where it stands, although its messenger does not tell beneath which other', async () => {
  const here = world();
  const kind = ConversationKind.CONVERSATION_KIND_COMMENTS;
  const beneath = (top: string, parentId = 'wall_1') => ({
    conversation: ConversationRef.create({ platformId: `${parentId}_${top}`, kind, parentId }),
  });
  const gone = (id: string, where: object) =>
    event({ $case: 'delete', value: { targetPlatformIds: [id] } }, { dedupeKey: `delete:${id}`, ...where });
  await here.take(hookCall(message('5', 'How much?', beneath('5')), message('6', 'And when?', beneath('5'))));
  await here.take(hookCall(message('6', 'Elsewhere', { ...beneath('6', 'wall_2'), dedupeKey: 'other' })));
  const [fact] = only(await here.take(hookCall(gone('6', beneath('6')))), 'received');
  assert.equal(fact?.conversationId, ids.conversation('ch1', 'wall_1_5'));
  const deleted = here.all('messages').filter(({ deletedAtMs }) => deletedAtMs !== undefined);
  assert.deepEqual(deleted.map(textOf), ['And when?']);
  assert.equal(here.get('conversations', ids.conversation('ch1', 'wall_1_6')), undefined, 'none is opened for it');
});

test('a group that moves keeps its conversation under its new name', async () => {
  const here = world();
  const group = (chat: string) => ({
    conversation: ConversationRef.create({
      platformId: chat,
      kind: ConversationKind.CONVERSATION_KIND_GROUP,
      title: 'Us',
    }),
  });
  const moved = {
    action: GroupAction.GROUP_ACTION_MIGRATED,
    members: [],
    value: '-100',
    inviteLink: '',
    requestPlatformId: '',
  };
  const facts = await here.take(
    hookCall(message('1', '1', group('-1'))),
    hookCall(event({ $case: 'group', value: moved }, { dedupeKey: 'g', ...group('-1') })),
    hookCall(message('2', '2', group('-100'))),
  );
  assert.deepEqual(
    new Set(facts.map(({ conversationId }) => conversationId)),
    new Set([ids.conversation('ch1', '-1')]),
  );
  assert.deepEqual(
    only(facts, 'received').map(({ told }) => told.conversationNumber),
    [1, 2, 3],
  );
});

test("the owner's own phone is told as external, with the contact of the conversation", async () => {
  const here = world();
  await here.take(hookCall(message('1')));
  const own = message('2', 'from my phone', { origin: Origin.ORIGIN_EXTERNAL, sender: party('owner') });
  const [fact] = only(await here.take(hookCall(own)), 'received');
  assert.equal(fact?.contactId, ids.contact(ids.identity('ch1', '7')));
  assert.equal(here.get('messages', own.id)?.isOutbound, true);
  assert.equal(here.all('identities').length, 1);
});

test('typing is told and leaves nothing behind', async () => {
  const here = world();
  await here.take(hookCall(message('1')));
  const before = here.all('events').length;
  const [fact] = only(
    await here.take(hookCall(event({ $case: 'typing', value: Typing.create({ isOn: true }) }, { dedupeKey: 't' }))),
    'received',
  );
  assert.equal(fact?.told.conversationNumber, 0);
  assert.equal(here.all('events').length, before);
});

test('NUL bytes are cleaned, and a text of 100,000 characters survives', async () => {
  const here = world();
  const long = '漢'.repeat(50_000) + '😀'.repeat(25_000);
  await here.take(hookCall(message('1', `a\0b${long}`)));
  assert.equal(textOf(here.get('messages', message('1').id)), `a\uFFFDb${long}`);
});

test('the trace of a call is carried into its facts, and of a held one too', async () => {
  const here = world();
  const { IngressItem } = await import('@trunkline/contracts');
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const enter = (item: ReturnType<typeof hookCall>) =>
    here.takeBytes(IngressItem.encode({ receivedAt: undefined, traceparent, item }).finish());
  const direct = await enter(hookCall(message('1')));
  await enter(hookCall(message('2', '2', { byTime: true, order: '1' })));
  const released = await here.wait(300);
  assert.deepEqual(
    [...direct, ...released].map((fact) => fact.traceparent),
    [traceparent, traceparent],
  );
});
