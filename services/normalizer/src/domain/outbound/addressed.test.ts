import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Capabilities,
  ConversationKind,
  ConversationRef,
  GroupAction,
  Initiation,
  ids,
  MessageState,
  OutgoingMessage,
} from '@trunkline/contracts';
import {
  capabilities,
  channel,
  event,
  hookCall,
  kinds,
  message,
  only,
  party,
  sendResult,
  strangeChannel,
  textContent,
  write,
} from '../../testing/build.ts';
import { createWorld, type World } from '../../testing/world.ts';

const { MESSAGE_STATE_SENT: sent, MESSAGE_STATE_FAILED: failed, MESSAGE_STATE_EXPIRED: expired } = MessageState;
const idOf = (key: string) => ids.message('t1', key);

function world(more: Partial<Capabilities> = {}): World {
  const carried = { ...capabilities, initiation: Initiation.INITIATION_ALWAYS, groupActions: ['create', 'rename'] };
  return createWorld({ channels: [channel, strangeChannel], capabilities: { ...carried, ...more } });
}

/** An order by an address. */
function to(key: string, platformId: string, action: object, channelId = 'ch1') {
  const given = OutgoingMessage.fromJSON({ to: { channelId, platformId }, ...action });
  return {
    $case: 'submission' as const,
    value: { tenantId: 't1', idempotencyKey: key, bodySha256: Buffer.from(key.padEnd(32, '.')), message: given },
  };
}
const hello = { message: { content: { text: { plain: 'hello' } } } };
const create = { group: { create: { title: 'Order 17' } } };

test('the first word to a number makes the conversation that the answer comes in', async () => {
  const here = world();
  const [first] = only(await here.take(to('m', '79990001122', hello)), 'submitted');
  assert.deepEqual(
    [first?.conversationId, first?.told.conversation?.platformId, first?.told.conversationNumber],
    [ids.conversation('ch1', '79990001122'), '79990001122', 1],
  );
  assert.deepEqual([first?.told.message?.conversationId, first?.told.message?.to], [first?.conversationId, undefined]);
  const answer = message('1', 'yes', { chat: '79990001122', sender: party('79990001122') });
  const [received] = only(await here.take(hookCall(answer)), 'received');
  assert.deepEqual([received?.conversationId, received?.told.conversationNumber], [first?.conversationId, 2]);
});

test('where first words are rare the second waits, in words that say until when, and an answer opens the way', async () => {
  const here = world({ firstWordSeconds: 60 });
  assert.deepEqual(kinds(await here.take(to('m1', '7', hello))), ['submitted']);
  const [refused] = only(await here.take(to('m2', '7', hello)), 'status');
  assert.equal(refused?.told.error?.code, 'window_closed');
  const until = new Date(here.nowMs + 60_000).toISOString().slice(0, 16).replace('T', ' ');
  assert.ok(refused?.told.error?.text.includes(`after ${until} UTC`), refused?.told.error?.text);
  here.nowMs += 60_000;
  assert.deepEqual(kinds(await here.take(to('m3', '7', hello))), ['submitted']);
  await here.take(hookCall(message('1', 'yes', { chat: '7' })));
  for (const key of ['m4', 'm5']) assert.deepEqual(kinds(await here.take(to(key, '7', hello))), ['submitted']);
});

/** A first word of two parts, then what became of them, then another word. */
async function wordAfter(...results: readonly Parameters<typeof sendResult>[0][]) {
  const here = world({ firstWordSeconds: 60 });
  await here.take(to('m1', '7', hello));
  await here.take(...results.map((result) => sendResult(result)));
  return kinds(await here.take(to('m2', '7', hello)))[0] === 'submitted' ? 'let' : 'refused';
}
const lost = (code: string, more: object = {}) => ({
  ...{ messageId: idOf('m1'), state: failed, isCertain: true, parts: 2, part: 0 },
  ...{ error: { code, platformCode: '', text: '', retryAfterMs: 0 }, ...more },
});

for (const [name, results, verdict] of [
  ['was lost whole, for certain', [lost('too_large'), lost('too_large', { part: 1 })], 'let'],
  ['waited too long and was never tried', [lost('expired', { parts: 1, state: expired })], 'let'],
  ['was lost in a part, while another waits', [lost('too_large')], 'refused'],
  [
    'was lost in a part, while another arrived',
    [lost('too_large'), lost('', { part: 1, state: sent, isCertain: false })],
    'refused',
  ],
  ['may have arrived', [lost('recipient_invalid', { parts: 1, isCertain: false })], 'refused'],
  ['was one too many for the other side', [lost('window_closed', { parts: 1 })], 'refused'],
] as const) {
  test(`a first word that ${name}: the next one is ${verdict}`, async () => {
    assert.equal(await wordAfter(...results), verdict);
  });
}

test('what became of an earlier word gives back no later one', async () => {
  const here = world({ firstWordSeconds: 60 });
  await here.take(to('m1', '7', hello));
  here.nowMs += 60_000;
  await here.take(to('m2', '7', hello), sendResult(lost('too_large', { parts: 1 })));
  assert.deepEqual(kinds(await here.take(to('m3', '7', hello))), ['status']);
});

test('where the person has the first word nothing is made, and the status says why', async () => {
  const here = world({ initiation: Initiation.INITIATION_CONTACT });
  const [refused] = only(await here.take(to('m', '7', hello)), 'status');
  assert.equal(refused?.told.error?.code, 'window_closed');
  assert.deepEqual(here.all('conversations'), []);
});

test("another tenant's channel is no address", async () => {
  const [refused] = only(await world().take(to('m', '7', hello, strangeChannel.id)), 'status');
  assert.equal(refused?.told.error?.code, 'not_found');
});

test('a group is made, gets the id that the platform gave it, and its invite link is told', async () => {
  const here = world();
  const [ordered] = only(await here.take(to('g', '', create)), 'submitted');
  assert.deepEqual(
    [ordered?.told.conversation?.platformId, ordered?.told.conversation?.kind, ordered?.told.conversation?.title],
    [`new:${idOf('g')}`, ConversationKind.CONVERSATION_KIND_GROUP, 'Order 17'],
  );
  const result = { messageId: idOf('g'), state: sent, migratedPlatformId: 'G1', inviteLink: 'https://x.example/G1' };
  const [status] = only(await here.take(sendResult(result)), 'status');
  assert.equal(status?.told.inviteLink, 'https://x.example/G1');
  const facts = await here.take(
    hookCall(inGroup('1')),
    write('m', 'hi', { conversationId: ordered?.conversationId ?? '' }),
  );
  assert.deepEqual(
    facts.map(({ conversationId }) => conversationId),
    [ordered?.conversationId, ordered?.conversationId],
  );
  assert.equal(only(facts, 'submitted')[0]?.told.conversation?.platformId, 'G1');
});

test('a group that was heard of before its result is one conversation with it', async () => {
  const here = world();
  const [ordered] = only(await here.take(to('g', '', create)), 'submitted');
  const [heard] = await here.take(hookCall(inGroup('1')));
  await here.take(sendResult({ messageId: idOf('g'), state: sent, migratedPlatformId: 'G1' }));
  const [later] = await here.take(write('m', 'hi', { conversationId: ordered?.conversationId ?? '' }));
  assert.equal(later?.conversationId, heard?.conversationId);
});

test('a group that the platform makes later is found by the request', async () => {
  const here = world();
  const [ordered] = only(await here.take(to('g', '', create)), 'submitted');
  await here.take(sendResult({ messageId: idOf('g'), state: sent, platformIds: ['request 1'] }));
  const created = {
    action: GroupAction.GROUP_ACTION_CREATED,
    ...{ members: [], value: '', inviteLink: 'https://x.example', requestPlatformId: 'request 1' },
  };
  const details = { dedupeKey: 'made', conversation: inGroup('x').conversation };
  const [made] = await here.take(hookCall(event({ $case: 'group', value: created }, details)));
  const [later] = await here.take(write('m', 'hi', { conversationId: ordered?.conversationId ?? '' }));
  assert.equal(later?.conversationId, made?.conversationId);
  assert.equal(later?.conversationId, ids.conversation('ch1', 'G1'));
});

test('what a channel cannot do with groups, and what is done to no group, is refused before it is sent', async () => {
  const here = world();
  await here.take(hookCall(message('1'), inGroup('2')));
  const order = (key: string, chat: string, action: object) => ({
    $case: 'submission' as const,
    value: {
      ...to(key, '', {}).value,
      message: OutgoingMessage.fromJSON({ conversationId: ids.conversation('ch1', chat), group: action }),
    },
  });
  const facts = await here.take(
    order('a', 'G1', { rename: 'New' }),
    order('b', 'G1', { leave: {} }),
    order('c', '7', { rename: 'New' }),
  );
  assert.deepEqual(kinds(facts), ['submitted', 'status', 'status']);
  assert.deepEqual(
    only(facts, 'status').map(({ told }) => told.error?.code),
    ['unsupported', 'content_invalid'],
  );
  await here.take(sendResult({ messageId: idOf('a'), state: sent }));
  const group = here.get('conversations', ids.conversation('ch1', 'G1'));
  assert.equal(group !== undefined && 'ref' in group && group.ref.title, 'New');
});

function inGroup(key: string) {
  const conversation = ConversationRef.create({
    platformId: 'G1',
    kind: ConversationKind.CONVERSATION_KIND_GROUP,
  });
  return message(key, textContent(key), { conversation });
}
