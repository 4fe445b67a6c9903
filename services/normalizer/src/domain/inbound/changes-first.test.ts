import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChannelEvent, ConversationKind, ConversationRef, ids, MessageState } from '@trunkline/contracts';
import {
  capabilities,
  channel,
  event,
  greeted,
  hookCall,
  imageContent,
  message,
  only,
  sendResult,
  textContent,
  texts,
  write,
} from '../../testing/build.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { contentOf } from '../state/message-content.ts';
import { plainTextOf } from '../state/plain-text.ts';

type Happened = NonNullable<ChannelEvent['event']>;

async function world(): Promise<World> {
  const here = createWorld({ channels: [channel], capabilities });
  await greeted(here);
  return here;
}

const told = (key: string, happened: Happened, details: Parameters<typeof event>[1] = {}) =>
  hookCall(event(happened, { dedupeKey: key, ...details }));
const edit = (target: string, text: string, revision = 1) =>
  told(`edit:${target}:${revision}`, {
    $case: 'edit',
    value: { targetPlatformId: target, content: textContent(text), revision },
  });
const deletion = (target: string) =>
  told(`delete:${target}`, { $case: 'delete', value: { targetPlatformIds: [target] } });
const reaction = (target: string, ...reactions: string[]) =>
  told(`reaction:${target}:${reactions.join()}`, { $case: 'reaction', value: { targetPlatformId: target, reactions } });

const kept = (here: World, key: string) => here.get('messages', ids.event('ch1', `message:${key}`)) ?? assert.fail();

test('edits, deletions and reactions that come before their message are done when it comes', async () => {
  const here = await world();
  await here.take(edit('m', 'second', 2), edit('m', 'first'), reaction('m', '👍'), reaction('m', '❤'), deletion('m'));
  const deletedAtMs = here.nowMs;
  here.nowMs += 1_000;
  await here.take(hookCall(message('m', 'original')));
  const { deletedAtMs: at, reactions, revision, ...rest } = kept(here, 'm');
  assert.deepEqual([plainTextOf(contentOf({ ...rest })), revision, at], ['second', 2, deletedAtMs]);
  assert.deepEqual(
    reactions?.map((person) => person.reactions),
    [['❤']],
  );
  assert.deepEqual(here.all('holds'), []);
});

test('a message that was changed before it came is told as it is now, and that it is gone after it', async () => {
  const here = await world();
  await here.take(edit('m', 'edited'), deletion('m'), deletion('m'));
  const facts = await here.take(hookCall(message('m', 'original')));
  assert.deepEqual(texts(facts), ['edited', 'delete']);
  const [, gone] = only(facts, 'received');
  assert.deepEqual(gone?.told.targetMessageIds, [ids.event('ch1', 'message:m')]);
  assert.equal(gone?.told.conversationNumber, 0);
});

test('a reaction to what we sent waits for the result, as its receipt does', async () => {
  const here = await world();
  await here.take(write('m'), reaction('100', '👍'));
  const messageId = ids.message('t1', 'm');
  await here.take(sendResult({ messageId, state: MessageState.MESSAGE_STATE_SENT, platformIds: ['100'] }));
  const { reactions, state } = here.get('messages', messageId) ?? assert.fail();
  assert.deepEqual([reactions?.[0]?.reactions, state], [['👍'], MessageState.MESSAGE_STATE_SENT]);
});

test('an item of an album that was changed before the album came is changed in it', async () => {
  const here = await world();
  const value = { targetPlatformId: '2', content: imageContent('other'), revision: 1 };
  await here.take(told('edit:2', { $case: 'edit', value }));
  const item = (key: string) => {
    const written = message(key, imageContent(`f${key}`));
    if (written.event?.$case === 'message') written.event.value.albumId = 'a';
    return hookCall(written);
  };
  await here.take(item('1'), item('2'));
  await here.wait(1_200);
  const album = contentOf(kept(here, '1'))?.kind;
  assert.deepEqual(album?.$case === 'album' ? album.value.items.map(({ media }) => media?.id) : [], ['f1', 'other']);
});

test('a comment that was deleted before it came is found by its post, whatever it stands beneath', async () => {
  const here = await world();
  const beneath = (platformId: string) =>
    ConversationRef.create({
      ...{ platformId, kind: ConversationKind.CONVERSATION_KIND_COMMENTS, parentId: 'post' },
    });
  const value = { targetPlatformIds: ['c2'] };
  await here.take(told('delete:c2', { $case: 'delete', value }, { conversation: beneath('c2') }));
  await here.take(hookCall(message('c2', 'rude', { conversation: beneath('c1') })));
  assert.notEqual(kept(here, 'c2').deletedAtMs, undefined);
});

test('what is about a message that never comes is forgotten after its time, and no more than 8 changes wait', async () => {
  const here = await world();
  await here.take(...Array.from({ length: 9 }, (_, index) => edit('m', `text ${index}`, index + 1)));
  const [hold] = here.all('holds');
  assert.equal(hold?.kind === 'receipts' ? hold.changes?.length : 0, 8);
  const refs = here.all('messageRefs').length;
  await here.wait(600_000);
  assert.deepEqual(here.all('holds'), []);
  assert.equal(here.all('messageRefs').length, refs - 1);
});
