import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Capabilities, type Fact, ids, MessageState, Origin, ReceiptState } from '@trunkline/contracts';
import {
  capabilities,
  channel,
  type EventDetails,
  event,
  greeted,
  hookCall,
  kinds,
  message,
  only,
  sendResult,
  strangeChannel,
  write,
} from '../../testing/build.ts';
import { createWorld, type World } from '../../testing/world.ts';

const { MESSAGE_STATE_SENT: sent, MESSAGE_STATE_UNKNOWN: unknown } = MessageState;
const { MESSAGE_STATE_DELIVERED: delivered, MESSAGE_STATE_READ: read } = MessageState;

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
  const calledAt = new Date(here.nowMs);
  const upTo = String(here.nowMs);
  const result = (key: string, platformId: string, at = calledAt) =>
    sendResult({ messageId: idOf(key), state: sent, platformIds: [platformId], calledAt: at });
  await here.take(write('m'), result('m', '100'), write('slow'));
  here.nowMs += 1_001;
  await here.take(write('after'), result('after', '300', new Date(here.nowMs)));
  const facts = await here.take(receipt(ReceiptState.RECEIPT_STATE_READ, '', { byTime: true, order: upTo }, upTo));
  assert.deepEqual(
    only(facts, 'status').map(({ told }) => told.messageId),
    [idOf('m')],
  );
  assert.deepEqual(states(await here.take(result('slow', '200'))), [sent, read]);
});

test('a watermark in time says nothing of what was submitted before it and sent after it', async () => {
  const here = await world();
  await here.take(write('m'));
  const upTo = String(here.nowMs + 500);
  await here.take(receipt(ReceiptState.RECEIPT_STATE_READ, '', { byTime: true, order: upTo }, upTo));
  here.nowMs += 60_000;
  const calledAt = new Date(here.nowMs - 1_000);
  const result = sendResult({ messageId: idOf('m'), state: sent, platformIds: ['100'], calledAt });
  assert.deepEqual(states(await here.take(result)), [sent]);
  const own = String(calledAt.getTime());
  const facts = await here.take(receipt(ReceiptState.RECEIPT_STATE_READ, '', { byTime: true, order: own }, own));
  assert.deepEqual(states(facts), [read]);
});

test('the platform’s clock may be a second behind ours', async () => {
  const here = await world();
  const calledAt = new Date(here.nowMs);
  await here.take(write('m'), sendResult({ messageId: idOf('m'), state: sent, platformIds: ['100'], calledAt }));
  const upTo = String(here.nowMs - 1_000);
  const facts = await here.take(receipt(ReceiptState.RECEIPT_STATE_READ, '', { byTime: true, order: upTo }, upTo));
  assert.deepEqual(states(facts), [read]);
});

test('the platform’s own time of a message, which its echo tells, counts more than the time of our call', async () => {
  const here = await world();
  await here.take(write('m'));
  const sentAt = new Date(here.nowMs + 300);
  await here.take(
    sendResult({ messageId: idOf('m'), state: sent, platformIds: ['100'], calledAt: new Date(here.nowMs) }),
  );
  await here.take(hookCall(message('100', 'hi', { origin: Origin.ORIGIN_EXTERNAL, sentAt })));
  const marked = async (atMs: number) => {
    const upTo = String(atMs);
    return states(await here.take(receipt(ReceiptState.RECEIPT_STATE_READ, '', { byTime: true, order: upTo }, upTo)));
  };
  assert.deepEqual([await marked(sentAt.getTime() - 1), await marked(sentAt.getTime())], [[], [read]]);
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

test('an echo that comes before the answer to its send is no message of somebody else', async () => {
  const here = await worldWithSent();
  await here.take(write('later'));
  const echo = message('300', 'later', { origin: Origin.ORIGIN_EXTERNAL, byTime: true, order: String(here.nowMs) });
  assert.deepEqual(kinds(await here.take(hookCall(echo))), []);
  await here.take(sendResult({ messageId: idOf('later'), state: sent, platformIds: ['300'] }));
  assert.deepEqual(kinds(await here.wait(2_000)), ['repeated']);
  assert.equal(here.get('messages', echo.id), undefined);
});
