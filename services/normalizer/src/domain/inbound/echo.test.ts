import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Fact, type IngressItem, ids, MessageState, Origin } from '@trunkline/contracts';
import fc from 'fast-check';
import {
  capabilities,
  channel,
  type EventDetails,
  greeted,
  hookCall,
  imageContent,
  kinds,
  message,
  only,
  sendResult,
  submission,
  textContent,
  texts,
  write,
} from '../../testing/build.ts';
import { createWorld, type World } from '../../testing/world.ts';

const { MESSAGE_STATE_SENT: sent, MESSAGE_STATE_UNKNOWN: unknown, MESSAGE_STATE_FAILED: failed } = MessageState;

const idOf = (key: string) => ids.message('t1', key);
const states = (facts: readonly Fact[]) => only(facts, 'status').map(({ told }) => told.state);

/** A world where message "m" waits to be sent. */
async function world(): Promise<World> {
  const here = await quietWorld();
  await here.take(write('m', 'hi'));
  return here;
}

async function quietWorld(): Promise<World> {
  const here = createWorld({ channels: [channel], capabilities });
  await greeted(here);
  return here;
}

const external = (platformId: string, text = 'hi', details: EventDetails = {}) =>
  hookCall(message(platformId, text, { origin: Origin.ORIGIN_EXTERNAL, ...details }));
const result = (state: MessageState, platformIds: string[] = []) =>
  sendResult({ messageId: idOf('m'), state, platformIds });

test('an echo in a numbered channel waits for the answer to its send, and the person’s answer waits behind it', async () => {
  const here = await world();
  assert.deepEqual(await here.take(external('100', 'hi', { order: '5' })), []);
  assert.deepEqual(await here.take(hookCall(message('hm', 'thanks', { order: '6' }))), []);
  assert.deepEqual(await here.wait(10_000), []);
  const facts = await here.take(result(sent, ['100']));
  assert.deepEqual(kinds(facts), ['status', 'repeated', 'received']);
  assert.deepEqual(texts(facts), ['thanks']);
  assert.equal(here.all('holds').length, 0);
});

test('an echo that is ordered by time waits longer than such events do', async () => {
  const here = await world();
  await here.take(external('100', 'hi', { byTime: true, order: String(here.nowMs) }));
  assert.deepEqual(await here.wait(2_000), []);
  assert.deepEqual(kinds(await here.take(result(sent, ['100']))), ['status', 'repeated']);
});

test('what somebody wrote with another app is told as soon as the result says that it is another one', async () => {
  const here = await world();
  assert.deepEqual(await here.take(external('99')), []);
  const facts = await here.take(result(sent, ['100']));
  assert.deepEqual([kinds(facts), texts(facts)], [['status', 'received'], ['hi']]);
});

test('it waits for all that is queued, but not for ever', async () => {
  const here = await world();
  await here.take(write('n', 'second'), external('99', 'else'));
  assert.deepEqual(kinds(await here.take(result(sent, ['100']))), ['status']);
  assert.deepEqual(await here.wait(219_999), []);
  assert.deepEqual(texts(await here.wait(1)), ['else']);
});

test('where nothing is queued it does not wait', async () => {
  const here = await world();
  await here.take(result(sent, ['100']));
  assert.deepEqual(texts(await here.take(external('99'))), ['hi']);
  await here.take(write('f'), sendResult({ messageId: idOf('f'), state: failed }));
  assert.deepEqual(texts(await here.take(external('98'))), ['hi']);
});

test('a send of unknown outcome is proved by its echo, whichever comes first', async () => {
  const before = await world();
  await before.take(external('100'));
  const facts = await before.take(result(unknown));
  assert.deepEqual(
    [kinds(facts), states(facts)],
    [
      ['status', 'repeated', 'status'],
      [unknown, sent],
    ],
  );
  assert.deepEqual(before.get('messages', idOf('m'))?.platformIds, ['100']);

  const after = await world();
  const sentAt = new Date(after.nowMs + 1_000);
  after.nowMs += 60_000;
  await after.take(result(unknown));
  after.nowMs += 60_000;
  const late = await after.take(external('100', 'hi', { sentAt }));
  assert.deepEqual([kinds(late), states(late)], [['repeated', 'status'], [sent]]);
});

test('it is not proved by other words, by what came later, nor where it could be one of two', async () => {
  const here = await world();
  await here.take(result(unknown));
  assert.deepEqual(texts(await here.take(external('98', 'other words'))), ['other words']);
  const value = message('97', imageContent('f1', 'hi'), { origin: Origin.ORIGIN_EXTERNAL });
  assert.deepEqual(texts(await here.take(hookCall(value))), ['hi']);
  here.nowMs += 60_000;
  assert.deepEqual(texts(await here.take(external('99'))), ['hi']);
  const two = await world();
  await two.take(write('n', 'hi'), result(unknown), sendResult({ messageId: idOf('n'), state: unknown }));
  assert.deepEqual(texts(await two.take(external('99'))), ['hi']);
});

test('an edit that goes on in new messages is awaited, too', async () => {
  const here = createWorld({ channels: [channel], capabilities: { ...capabilities, textMax: 10 } });
  await greeted(here);
  await here.take(write('m', 'short'), result(sent, ['100']));
  const value = { messageId: idOf('m'), content: textContent('now much longer'), keyboard: undefined };
  await here.take(submission('e', { $case: 'edit', value }));
  assert.deepEqual(await here.take(external('101', 'longer')), []);
  const part = (number: number, platformIds: string[]) =>
    sendResult({ messageId: idOf('e'), part: number, parts: 2, state: sent, platformIds });
  await here.take(part(0, ['100']));
  assert.deepEqual(kinds(await here.take(part(1, ['101']))), ['status', 'repeated']);
  assert.deepEqual(texts(await here.take(external('102'))), ['hi']);
});

test('a picture proves nothing: it is like any other', async () => {
  const here = await quietWorld();
  const action = { content: imageContent('f1'), reply: undefined, keyboard: undefined, options: undefined };
  await here.take(submission('m', { $case: 'message', value: action }), result(unknown));
  const colleague = message('99', imageContent('f2'), { origin: Origin.ORIGIN_EXTERNAL });
  assert.deepEqual(kinds(await here.take(hookCall(colleague))), ['received']);
});

test('what could be the echo of the next message proves nothing of the former one before that has its result', async () => {
  const here = await world();
  await here.take(result(unknown), write('n', 'hi'));
  assert.deepEqual(await here.take(external('100')), []);
  const facts = await here.take(sendResult({ messageId: idOf('n'), state: sent, platformIds: ['100'] }));
  assert.deepEqual(kinds(facts), ['status', 'repeated']);
  assert.equal(here.get('messages', idOf('m'))?.state, unknown);
});

test('what the platform got after a send was told as unknown does not prove it', async () => {
  const here = await world();
  await here.take(result(unknown));
  here.nowMs += 2_000;
  assert.deepEqual(texts(await here.take(external('99', 'hi', { sentAt: new Date(here.nowMs) }))), ['hi']);
});

test('nothing waits for a message that never has a result, nor for one that was ordered later', async () => {
  const here = await world();
  const earlier = new Date(here.nowMs - 5_001);
  assert.deepEqual(texts(await here.take(external('98', 'before', { sentAt: earlier }))), ['before']);
  here.nowMs += 24 * 60 * 60 * 1_000 + here.settings.echoWaitMs;
  assert.deepEqual(await here.take(external('99', 'still waits')), []);
  assert.deepEqual(texts(await here.wait(here.settings.echoWaitMs)), ['still waits']);
  assert.deepEqual(texts(await here.take(external('100', 'at once'))), ['at once']);
});

test('where own messages come back marked, nothing waits', async () => {
  const here = createWorld({ channels: [channel], capabilities: { ...capabilities, marksOwn: true } });
  await greeted(here);
  await here.take(write('m', 'hi'));
  assert.deepEqual(texts(await here.take(external('99'))), ['hi']);
});

test('whatever comes when, each message is told once, what we sent is never told as another app’s, and order holds', async () => {
  const step = fc.constantFrom('send', 'echo', 'result', 'unknown', 'other app', 'person', 'wait');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const here = await quietWorld();
      const written: string[] = [];
      const facts: Fact[] = [];
      // Each own message has a text of its own: "own 0", known to the platform as "100".
      const [toEcho, toEnd] = [['own 0'], ['own 0']];
      const sentAt = new Map([['own 0', new Date(here.nowMs)]]);
      let [own, number] = [1, 0];
      const take = async (...items: readonly IngressItem['item'][]) => facts.push(...(await here.take(...items)));
      const platformId = (text: string) => String(100 + Number(text.slice(4)));
      const keyOf = (text: string) => (text === 'own 0' ? 'm' : text);
      await take(write('m', 'own 0'));
      for (const name of steps) {
        number += 1;
        const order = String(number);
        if (name === 'send') {
          const text = `own ${own++}`;
          toEcho.push(text);
          sentAt.set(text, new Date(here.nowMs));
          toEnd.push(text);
          await take(write(text, text));
        } else if (name === 'echo') {
          const text = toEcho.shift();
          if (text !== undefined) await take(external(platformId(text), text, { order, sentAt: sentAt.get(text) }));
        } else if (name === 'result' || name === 'unknown') {
          const text = toEnd.shift();
          const [state, platformIds] = name === 'result' ? [sent, [platformId(text ?? '')]] : [unknown, []];
          if (text !== undefined) await take(sendResult({ messageId: idOf(keyOf(text)), state, platformIds }));
        } else if (name === 'wait') facts.push(...(await here.wait(300)));
        else {
          written.push(`${name} ${number}`);
          const event = { order, ...(name === 'person' ? {} : { origin: Origin.ORIGIN_EXTERNAL }) };
          await take(hookCall(message(`${name} ${number}`, `${name} ${number}`, event)));
        }
      }
      for (const text of toEnd) {
        await take(sendResult({ messageId: idOf(keyOf(text)), state: sent, platformIds: [platformId(text)] }));
      }
      assert.deepEqual(texts(facts), written);
      assert.deepEqual(here.all('holds'), []);
    }),
    { numRuns: 200 },
  );
});
