import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChannelEvent, FileResult, ids, MediaState, Origin } from '@trunkline/contracts';
import { pendingFiles } from '../../dispatch/orders.ts';
import { messageView } from '../../rpc/message-view.ts';
import {
  capabilities,
  channel,
  event,
  greeted,
  hookCall,
  imageContent,
  message,
  pendingMedia,
  textContent,
  texts,
} from '../../testing/build.ts';
import { createWorld, type World } from '../../testing/world.ts';

type Happened = NonNullable<ChannelEvent['event']>;

async function world(forgetsDeleted: boolean): Promise<World> {
  const here = createWorld({ channels: [channel], capabilities: { ...capabilities, forgetsDeleted } });
  await greeted(here);
  return here;
}

const told = (key: string, happened: Happened, details: Parameters<typeof event>[1] = {}) =>
  hookCall(event(happened, { dedupeKey: key, ...details }));
const deletion = (details: Parameters<typeof event>[1] = {}) =>
  told('delete', { $case: 'delete', value: { targetPlatformIds: ['m'] } }, details);
const picture = hookCall(message('m', imageContent('f1', 'my passport')));
const messageId = ids.event('ch1', 'message:m');
const view = (here: World) =>
  messageView(here.get('messages', messageId) ?? assert.fail(), () => 'https://files.example/f1');

test('what a person deletes where the platform obliges us is forgotten, whichever comes first', async () => {
  for (const items of [
    [picture, deletion()],
    [deletion(), picture],
  ]) {
    const here = await world(true);
    for (const item of items) await here.take(item);
    const { content, deletedAt } = view(here);
    assert.equal(content, undefined);
    assert.notEqual(deletedAt, undefined);
    assert.ok(!JSON.stringify(here.get('messages', messageId)).includes('passport'));
  }
});

test('nobody is told what was deleted before it came, and none of its files is fetched', async () => {
  const here = await world(true);
  await here.take(deletion());
  const facts = await here.take(picture);
  assert.deepEqual(texts(facts), ['', 'delete']);
  assert.deepEqual(facts.flatMap(pendingFiles), []);
  assert.ok(!JSON.stringify(facts).includes('passport'));
});

test('neither an edit nor a file that comes later brings it back', async () => {
  const here = await world(true);
  await here.take(picture, deletion());
  const edited = { targetPlatformId: 'm', content: textContent('again'), revision: 9 };
  await here.take(told('edit', { $case: 'edit', value: edited }));
  const media = { ...pendingMedia('f1'), state: MediaState.MEDIA_STATE_STORED };
  const value = FileResult.create({ channelId: 'ch1', messageId, media });
  assert.deepEqual(await here.take({ $case: 'fileResult', value }), []);
  assert.equal(view(here).content, undefined);
});

test('where the platform’s one message is several of ours, all are forgotten', async () => {
  const here = await world(true);
  const second = message('second', imageContent('f2', 'my passport, too'), { platformId: 'm' });
  await here.take(picture, hookCall(second), deletion());
  assert.equal(view(here).content, undefined);
  assert.equal(here.get('messages', second.id)?.isForgotten, true);
});

test('elsewhere, and where the company deletes, what was said stays in history, marked', async () => {
  const elsewhere = await world(false);
  await elsewhere.take(picture, deletion());
  const company = await world(true);
  await company.take(picture, deletion({ origin: Origin.ORIGIN_EXTERNAL }));
  for (const here of [elsewhere, company]) {
    assert.notEqual(view(here).content, undefined);
    assert.notEqual(view(here).deletedAt, undefined);
  }
});
