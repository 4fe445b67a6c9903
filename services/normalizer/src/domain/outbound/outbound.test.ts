import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  Button,
  type Capabilities,
  Command,
  type Fact,
  FileResult,
  ids,
  KeyboardMode,
  MediaState,
  MessageState,
  Typing,
  UnknownResolution,
} from '@trunkline/contracts';
import {
  capabilities,
  channel,
  greeted,
  hookCall,
  imageContent,
  kinds,
  message,
  only,
  pendingMedia,
  sendResult,
  strangeChannel,
  submission,
  textContent,
  write,
} from '../../testing/build.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { contentOf } from '../state/message-content.ts';
import { plainTextOf } from '../state/plain-text.ts';

const { MESSAGE_STATE_SENT: sent, MESSAGE_STATE_UNKNOWN: unknown, MESSAGE_STATE_FAILED: failed } = MessageState;
const { MESSAGE_STATE_QUEUED: queued } = MessageState;

const idOf = (key: string) => ids.message('t1', key);
const states = (facts: readonly Fact[]) => only(facts, 'status').map(({ told }) => told.state);

async function world(more: Partial<Capabilities> = {}): Promise<World> {
  const here = createWorld({ channels: [channel, strangeChannel], capabilities: { ...capabilities, ...more } });
  await greeted(here);
  return here;
}

/** A world where message "m" was sent and is known to the platform as "100". */
async function worldWithSent(more: Partial<Capabilities> = {}): Promise<World> {
  const here = await world(more);
  await here.take(write('m'), sendResult({ messageId: idOf('m'), state: sent, platformIds: ['100'] }));
  return here;
}

test('a message to a conversation that may be written to is told, numbered and kept as queued', async () => {
  const here = await world();
  const [fact] = only(await here.take(write('m', 'hi')), 'submitted');
  assert.equal(fact?.id, idOf('m'));
  assert.deepEqual([fact?.portalId, fact?.channelId, fact?.told.conversationNumber], ['p1', 'ch1', 2]);
  assert.equal(fact?.contactId, ids.contact(ids.identity('ch1', '7')));
  assert.equal(fact?.told.conversation?.platformId, '7');
  assert.equal(fact?.told.message?.expiresAt?.getTime(), here.nowMs + 86_400_000);
  assert.equal(here.get('messages', idOf('m'))?.state, queued);
});

test('what turned out to be degraded when it was sent is told with the status, and once', async () => {
  const here = await world();
  const result = sendResult({ messageId: idOf('m'), state: sent, degraded: ['D12'] });
  const [status] = only(await here.take(write('m'), result), 'status');
  assert.deepEqual(status?.told.degraded, ['D12']);
  await here.take(result);
  assert.deepEqual(here.get('messages', idOf('m'))?.degraded, ['D12']);
});

test('the same key again is a repeat, whatever it says', async () => {
  const here = await world();
  const facts = await here.take(write('m'), write('m'), write('m', 'other'));
  assert.deepEqual(kinds(facts), ['submitted', 'repeated', 'repeated']);
});

test("another tenant's conversation, and one that is not there, are refused alike", async () => {
  const here = await world();
  const strange = await here.take(write('a', 'x', { tenantId: 't9' }));
  const absent = await here.take(write('b', 'x', { conversationId: 'nowhere' }));
  const errors = only([...strange, ...absent], 'status').map(({ told }) => told.error?.code);
  assert.deepEqual(errors, ['not_found', 'not_found']);
  assert.ok([...strange, ...absent].every(({ portalId, conversationId }) => portalId === '' && conversationId === ''));
});

test('a refused message takes no number and is kept as failed', async () => {
  const here = await world({ windowSeconds: 60 });
  here.nowMs += 61_000;
  const [refused] = only(await here.take(write('late')), 'status');
  assert.deepEqual([refused?.told.state, refused?.told.error?.code], [failed, 'window_closed']);
  assert.equal(here.get('messages', idOf('late'))?.state, failed);
  await here.take(hookCall(message('again')));
  const [next] = only(await here.take(write('now')), 'submitted');
  assert.equal(next?.told.conversationNumber, 3);
});

test('a person decides an unknown outcome: it arrived, or it is sent again', async () => {
  const here = await world();
  const resolve = (key: string, resolution: UnknownResolution) => {
    const value = { messageId: idOf('m'), resolution };
    return {
      $case: 'command' as const,
      value: Command.create({ id: key, tenantId: 't1', command: { $case: 'resolveUnknown', value } }),
    };
  };
  await here.take(write('m', 'text'), sendResult({ messageId: idOf('m'), state: unknown }));
  const again = await here.take(resolve('a', UnknownResolution.UNKNOWN_RESOLUTION_SEND_AGAIN));
  assert.deepEqual(kinds(again), ['status', 'submitted']);
  const [repeated] = only(again, 'submitted');
  assert.notEqual(repeated?.id, idOf('m'));
  assert.deepEqual([repeated?.told.message?.id, repeated?.told.conversationNumber], [idOf('m'), 2]);

  await here.take(sendResult({ messageId: idOf('m'), state: unknown }));
  assert.deepEqual(states(await here.take(resolve('b', UnknownResolution.UNKNOWN_RESOLUTION_SENT))), [sent]);
  await here.take(resolve('c', UnknownResolution.UNKNOWN_RESOLUTION_SENT));
  assert.equal(here.get('submissions', 'c')?.outcome, 'failed_precondition');
});

test('an order that is about a received message tells what the platform calls it; what was sent is left to the connector', async () => {
  const here = await worldWithSent();
  await here.take(hookCall(message('their', 'theirs', { platformId: '55' })));
  const received = here.all('messages').find(({ platformIds }) => platformIds.includes('55')) ?? assert.fail();
  const reacting = (messageId: string) =>
    submission(`to ${messageId}`, { $case: 'reaction', value: { messageId, reactions: ['👍'] } });
  const targetsOf = async (messageId: string) =>
    only(await here.take(reacting(messageId)), 'submitted').flatMap(({ told }) => told.targets);
  const known = { messageId: received._id, platformIds: ['55'], conversationPlatformId: '7' };
  assert.deepEqual(await targetsOf(received._id), [known]);
  assert.deepEqual(await targetsOf(idOf('m')), []);
  await here.take(hookCall(message('note', 'The comment was hidden', { platformId: '' })));
  const note = here.all('messages').find(({ platformIds }) => platformIds[0] === '') ?? assert.fail();
  assert.deepEqual(await targetsOf(note._id), [], 'what has no id on the platform');
});

test('an edit changes history once the platform has taken it', async () => {
  const here = await worldWithSent();
  const text = () => plainTextOf(contentOf(here.get('messages', idOf('m')) ?? assert.fail()));
  const value = { messageId: idOf('m'), content: textContent('new'), keyboard: undefined };
  await here.take(submission('e', { $case: 'edit', value }));
  assert.equal(text(), 'm');
  await here.take(sendResult({ messageId: idOf('e'), state: sent, platformIds: [] }));
  assert.equal(text(), 'new');
  assert.equal(here.get('messages', idOf('e'))?.isLine, false);
});

test('an edit whose time is over is told as a correction', async () => {
  const here = await worldWithSent({ editSeconds: 60 });
  here.nowMs += 61_000;
  const value = { messageId: idOf('m'), content: textContent('new'), keyboard: undefined };
  const [fact] = only(await here.take(submission('e', { $case: 'edit', value })), 'submitted');
  const action = fact?.told.message?.action;
  assert.ok(action?.$case === 'message');
  assert.equal(plainTextOf(action.value.content), 'Corrected: new');
  assert.equal(action.value.reply?.text, 'm');
  const [status] = only(
    await here.take(sendResult({ messageId: idOf('e'), state: sent, platformIds: ['2'] })),
    'status',
  );
  assert.deepEqual(status?.told.degraded, ['D7']);
});

test('a deletion and a reaction change history once the platform has taken them', async () => {
  const here = await worldWithSent();
  await here.take(
    submission('r', { $case: 'reaction', value: { messageId: message('hello').id, reactions: ['👍'] } }),
    submission('d', { $case: 'delete', value: { messageIds: [idOf('m')] } }),
    sendResult({ messageId: idOf('r'), state: sent, platformIds: [] }),
    sendResult({ messageId: idOf('d'), state: sent, platformIds: [] }),
  );
  assert.deepEqual(here.get('messages', message('hello').id)?.reactions, [{ by: '', reactions: ['👍'] }]);
  assert.equal(here.get('messages', idOf('m'))?.deletedAtMs, here.nowMs);
});

test('a number or a label that answers options written as text counts as a press', async () => {
  const here = await world({ inlineButtons: undefined });
  const button = (text: string) => Button.create({ text, action: { $case: 'callback', value: `b:${text}` } });
  const keyboard = {
    ...{ mode: KeyboardMode.KEYBOARD_MODE_INLINE, isOneTime: false, placeholder: '' },
    rows: [{ buttons: [button('Yes'), button('No')] }],
  };
  const value = { content: textContent('?'), reply: undefined, keyboard, options: undefined };
  await here.take(submission('ask', { $case: 'message', value }));
  const facts = await here.take(
    hookCall(message('2', '2')),
    hookCall(message('3', ' yes ')),
    hookCall(message('4', '7')),
  );
  const presses = only(facts, 'received').flatMap(({ told }) => {
    const happened = told.event?.event;
    return happened?.$case === 'press' ? [[happened.value.payload, told.targetMessageIds[0]]] : [];
  });
  assert.deepEqual(presses, [
    ['b:No', idOf('ask')],
    ['b:Yes', idOf('ask')],
  ]);
  assert.equal(only(facts, 'received').length, 5);
});

test('a person who blocked us is not written to until they write again', async () => {
  const here = await world();
  const error = { code: 'recipient_blocked', platformCode: '403', text: '', retryAfterMs: 0 };
  await here.take(write('m'), sendResult({ messageId: idOf('m'), state: failed, error }));
  const [refused] = only(await here.take(write('n')), 'status');
  assert.equal(refused?.told.error?.code, 'recipient_blocked');
  await here.take(hookCall(message('back')));
  assert.deepEqual(kinds(await here.take(write('o'))), ['submitted']);
});

test('a copied file is told once and known to history', async () => {
  const here = await world();
  await here.take(hookCall(message('1', imageContent('f1'))));
  const media = { ...pendingMedia('f1'), state: MediaState.MEDIA_STATE_STORED, sha256: 'ab' };
  const value = FileResult.create({ channelId: 'ch1', messageId: message('1').id, media });
  const result = { $case: 'fileResult' as const, value };
  const facts = await here.take(result, result);
  assert.deepEqual(
    only(facts, 'fileSettled').map(({ told, portalId }) => [told.messageId, portalId]),
    [[message('1').id, 'p1']],
  );
  const kind = contentOf(here.get('messages', message('1').id) ?? assert.fail())?.kind;
  assert.equal(kind?.$case === 'image' && kind.value.media?.state, MediaState.MEDIA_STATE_STORED);
});

test('typing is sent and leaves nothing behind', async () => {
  const here = await world();
  const facts = await here.take(submission('t', { $case: 'typing', value: Typing.create({ isOn: true }) }));
  assert.equal(only(facts, 'submitted')[0]?.told.conversationNumber, 0);
  assert.deepEqual([here.all('submissions').length, here.get('messages', idOf('t'))], [0, undefined]);
});

test("other stages' timers are passed on", async () => {
  const here = await world();
  const value = { timerId: 'x', payload: Buffer.from('p'), stage: 'routing' };
  const [fact] = only(await here.take({ $case: 'timerDue', value }), 'timerDue');
  assert.deepEqual([fact?.told.timerId, fact?.told.stage], ['x', 'routing']);
});
