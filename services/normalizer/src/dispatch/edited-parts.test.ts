import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Capabilities,
  Command,
  type Content,
  type Fact,
  type IngressItem,
  ids,
  MessageState,
  UnknownResolution,
} from '@trunkline/contracts';
import { plainTextOf } from '../domain/state/plain-text.ts';
import {
  capabilities,
  channel,
  greeted,
  imageContent,
  kinds,
  only,
  sendResult,
  submission,
  textContent,
} from '../testing/build.ts';
import { createWorld } from '../testing/world.ts';
import { sendOrders } from './orders.ts';

const idOf = (key: string) => ids.message('t1', key);

/** A person's screen in a channel that carries 20 characters a message, and captions of 10. */
async function screen(more: Partial<Capabilities> = {}) {
  const carried = { ...capabilities, textMax: 20, captionMax: 10, ...more };
  const world = createWorld({ channels: [channel], capabilities: carried });
  await greeted(world);
  const shown = new Map<string, string>();
  /** Does what an order asks for, as a platform does that knows messages by what they were sent with. */
  const show = (fact: Fact) => {
    if (fact.fact?.$case !== 'submitted') return;
    for (const { order } of sendOrders(fact, fact.fact.value, {
      capabilities: carried,
      fileUrl: () => '',
      ackToken: '',
    })) {
      const { message, part, targetPart } = order?.$case === 'send' ? order.value : assert.fail();
      const action = message?.action;
      if (action?.$case === 'message') shown.set(`${message?.id}.${part}`, wordsOf(action.value.content));
      else if (action?.$case === 'edit')
        change(`${action.value.messageId}.${targetPart}`, wordsOf(action.value.content));
      else if (action?.$case === 'delete') for (const id of action.value.messageIds) remove(id, targetPart);
    }
  };
  const change = (key: string, words: string) => {
    assert.ok(shown.has(key), `there is no ${key} to change`);
    shown.set(key, words);
  };
  const remove = (id: string, part: number | undefined) => {
    const gone = [...shown.keys()].filter((key) => (part === undefined ? key.startsWith(id) : key === `${id}.${part}`));
    for (const key of gone) shown.delete(key);
  };
  const take = async (...items: readonly IngressItem['item'][]) => {
    const facts = await world.take(...items);
    for (const fact of facts) show(fact);
    return facts;
  };
  const content = (key: string, value: Content) =>
    submission(key, {
      $case: 'message',
      value: { content: value, reply: undefined, keyboard: undefined, options: undefined },
    });
  const edit = (key: string, value: Content) =>
    submission(key, { $case: 'edit', value: { messageId: idOf('m'), content: value, keyboard: undefined } });
  return {
    world,
    shown: () => [...shown.values()],
    write: (value: Content) => take(content('m', value)),
    edit: (key: string, value: Content) => take(edit(key, value)),
    take,
  };
}

function wordsOf(content: Content | undefined): string {
  const kind = content?.kind?.$case ?? '';
  return kind === 'text' ? plainTextOf(content) : `${kind}:${plainTextOf(content)}`;
}

const three = textContent('one two three four five six seven eight nine');
const two = textContent('one two three four five');

test('a text of several parts is edited part by part, and grows and shrinks as often as it is changed', async () => {
  const here = await screen();
  await here.write(two);
  assert.deepEqual(here.shown(), ['one two three four', 'five']);
  await here.edit('e1', textContent('ONE two three four FIVE'));
  assert.deepEqual(here.shown(), ['ONE two three four', 'FIVE']);
  await here.edit('e2', three);
  assert.deepEqual(here.shown(), ['one two three four', 'five six seven eight', 'nine']);
  await here.edit('e3', three);
  assert.deepEqual(here.shown(), ['one two three four', 'five six seven eight', 'nine']);
  await here.edit('e4', textContent('short'));
  assert.deepEqual(here.shown(), ['short']);
  await here.edit('e5', two);
  assert.deepEqual(here.shown(), ['one two three four', 'five']);
});

test('parts that may not be deleted any more stay, and take the words of a longer text again', async () => {
  const here = await screen({ deleteSeconds: 0 });
  await here.write(two);
  await here.edit('e1', textContent('short'));
  assert.deepEqual(here.shown(), ['short', 'five']);
  await here.edit('e2', textContent('one two three four FIVE'));
  assert.deepEqual(here.shown(), ['one two three four', 'FIVE']);
});

test('a change of the words beside a file goes to the words; beneath it, to the file', async () => {
  const beside = await screen();
  await beside.write(imageContent('f1', 'too long for captions'));
  assert.deepEqual(beside.shown(), ['image:', 'too long for', 'captions']);
  await beside.edit('e1', textContent('other words'));
  assert.deepEqual(beside.shown(), ['image:', 'other words']);
  const beneath = await screen();
  await beneath.write(imageContent('f1', 'short'));
  await beneath.edit('e1', textContent('shorter'));
  assert.deepEqual(beneath.shown(), ['shorter']);
});

test('what an edit has added is deleted with the message', async () => {
  const here = await screen();
  await here.write(textContent('short'));
  await here.edit('e1', two);
  await here.take(submission('d', { $case: 'delete', value: { messageIds: [idOf('m')] } }));
  assert.deepEqual(here.shown(), []);
});

test('an edit that is sent again writes what it was to add, and changes the rest', async () => {
  const here = await screen();
  await here.write(textContent('short'));
  await here.edit('e1', two);
  assert.deepEqual(here.shown(), ['one two three four', 'five']);
  const { MESSAGE_STATE_SENT: sent, MESSAGE_STATE_UNKNOWN: unknown } = MessageState;
  const result = (part: number, state: MessageState) => sendResult({ messageId: idOf('e1'), part, parts: 2, state });
  await here.take(result(0, sent), result(1, unknown));
  const resolution = UnknownResolution.UNKNOWN_RESOLUTION_SEND_AGAIN;
  const command: Command['command'] = { $case: 'resolveUnknown', value: { messageId: idOf('e1'), resolution } };
  const value = Command.create({ id: 'again', tenantId: 't1', command });
  const facts = await here.take({ $case: 'command', value });
  assert.deepEqual(kinds(facts), ['status', 'submitted']);
  assert.equal(only(facts, 'submitted')[0]?.told.editedParts.length, 1);
  assert.deepEqual(here.shown(), ['one two three four', 'five']);
});
