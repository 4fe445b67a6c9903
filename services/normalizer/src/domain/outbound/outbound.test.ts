import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Capabilities,
  Command,
  type Fact,
  FileResult,
  ids,
  KeyboardMode,
  MediaState,
  MessageState,
  Origin,
  ReceiptState,
  UnknownResolution,
} from '@trunkline/contracts';
import {
  capabilities,
  channel,
  type EventDetails,
  event,
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
const { MESSAGE_STATE_QUEUED: queued, MESSAGE_STATE_DELIVERED: delivered, MESSAGE_STATE_READ: read } = MessageState;

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

const receipt = (state: ReceiptState, target: string, details: EventDetails = {}, upTo = '') =>
  hookCall(
    event(
      { $case: 'receipt', value: { state, targetPlatformIds: target === '' ? [] : [target], upTo, error: undefined } },
      { dedupeKey: `receipt:${target}${upTo}:${state}`, platformId: target, ...details },
    ),
  );
const deliveredReceipt = receipt(ReceiptState.RECEIPT_STATE_DELIVERED, '100');
const readReceipt = receipt(ReceiptState.RECEIPT_STATE_READ, '100');

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

test('a result is told with the platform’s ids, receipts go forward only', async () => {
  const here = await worldWithSent();
  const facts = await here.take(readReceipt, deliveredReceipt);
  assert.deepEqual(states(facts), [read]);
  assert.deepEqual(only(facts, 'status')[0]?.told.platformIds, ['100']);
});

test('the same receipt told twice is a repeat, and two states of one message are not', async () => {
  const here = await worldWithSent();
  const facts = await here.take(deliveredReceipt, deliveredReceipt, readReceipt);
  assert.deepEqual(kinds(facts), ['status', 'repeated', 'status']);
});

test('a receipt that comes before the result of its send waits for it', async () => {
  const here = await world();
  await here.take(write('m'));
  assert.deepEqual(await here.take(deliveredReceipt), []);
  const result = sendResult({ messageId: idOf('m'), state: sent, platformIds: ['100'] });
  assert.deepEqual(states(await here.take(result)), [sent, delivered]);
  assert.equal(here.all('holds').length, 0);
});

test('a receipt of a message that was not sent from here is nobody’s status', async () => {
  const here = await world();
  assert.deepEqual(await here.take(receipt(ReceiptState.RECEIPT_STATE_READ, 'hello')), []);
});

test('a receipt that nobody claims is forgotten after its time', async () => {
  const here = await world();
  await here.take(deliveredReceipt);
  assert.deepEqual(await here.wait(599_999), []);
  assert.equal(here.all('holds').length, 1);
  await here.wait(1);
  assert.equal(here.all('holds').length, 0);
});

test('a watermark in time marks what was sent before it, also where the result comes later', async () => {
  const here = await world();
  const upTo = String(here.nowMs);
  await here.take(write('m'), sendResult({ messageId: idOf('m'), state: sent, platformIds: ['100'] }), write('slow'));
  here.nowMs += 1;
  await here.take(write('after'), sendResult({ messageId: idOf('after'), state: sent, platformIds: ['300'] }));
  const facts = await here.take(receipt(ReceiptState.RECEIPT_STATE_READ, '', { byTime: true, order: upTo }, upTo));
  assert.deepEqual(
    only(facts, 'status').map(({ told }) => told.messageId),
    [idOf('m')],
  );
  const later = await here.take(sendResult({ messageId: idOf('slow'), state: sent, platformIds: ['200'] }));
  assert.deepEqual(states(later), [sent, read]);
});

test('a watermark in numbers marks what has numbers up to it', async () => {
  const here = await worldWithSent();
  await here.take(write('next'), sendResult({ messageId: idOf('next'), state: sent, platformIds: ['101'] }));
  const facts = await here.take(receipt(ReceiptState.RECEIPT_STATE_READ, '', { order: '5' }, '100'));
  assert.deepEqual(
    only(facts, 'status').map(({ told }) => told.messageId),
    [idOf('m')],
  );
});

test('a message in parts is as well as the worst of them', async () => {
  const here = await world();
  await here.take(write('m'));
  const part = (number: number, state: MessageState, platformIds: string[]) =>
    sendResult({ messageId: idOf('m'), part: number, parts: 2, state, platformIds });
  assert.deepEqual(states(await here.take(part(0, sent, ['100']))), []);
  assert.deepEqual(states(await here.take(part(1, sent, ['101']))), [sent]);
  assert.deepEqual(states(await here.take(deliveredReceipt)), []);
  const [whole] = only(await here.take(receipt(ReceiptState.RECEIPT_STATE_DELIVERED, '101')), 'status');
  assert.deepEqual([whole?.told.state, whole?.told.platformIds], [delivered, ['100', '101']]);
});

test('an own message that comes back is known by its id, and proves that it was sent', async () => {
  const here = await worldWithSent();
  await here.take(write('u'), sendResult({ messageId: idOf('u'), state: unknown, platformIds: ['200'] }));
  const echo = (platformId: string) => hookCall(message(platformId, 'hi', { origin: Origin.ORIGIN_EXTERNAL }));
  assert.deepEqual(kinds(await here.take(echo('100'))), ['repeated']);
  const facts = await here.take(echo('200'));
  assert.deepEqual(kinds(facts), ['repeated', 'status']);
  assert.deepEqual(states(facts), [sent]);
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
  const button = (text: string) => ({ text, action: { $case: 'callback' as const, value: `b:${text}` } });
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
  const facts = await here.take(submission('t', { $case: 'typing', value: { isOn: true } }));
  assert.equal(only(facts, 'submitted')[0]?.told.conversationNumber, 0);
  assert.deepEqual([here.all('submissions').length, here.get('messages', idOf('t'))], [0, undefined]);
});

test("other stages' timers are passed on", async () => {
  const here = await world();
  const value = { timerId: 'x', payload: Buffer.from('p'), stage: 'routing' };
  const [fact] = only(await here.take({ $case: 'timerDue', value }), 'timerDue');
  assert.deepEqual([fact?.told.timerId, fact?.told.stage], ['x', 'routing']);
});
