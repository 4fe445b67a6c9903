import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Capabilities,
  ConnectorEntry,
  ConversationRef,
  EgressBatch,
  EgressItem,
  Envelope,
  Fact,
  ids,
} from '@trunkline/contracts';
import { comparePositions, type KeyedEntry, type KeyedItem } from '@trunkline/runtime';
import {
  capabilities,
  channel,
  greeted,
  hookCall,
  imageContent,
  message,
  sendResult,
  write,
} from '../testing/build.ts';
import { createWorld } from '../testing/world.ts';
import { dispatch, type Routed } from './dispatch.ts';
import { createOrderingFacts } from './ordering-facts.ts';

const carrying = (carried: Capabilities) => ConnectorEntry.create({ name: 'telegram', capabilities: carried });
const definition = (connector = carrying(capabilities)) =>
  dispatch({
    connector: 'telegram',
    facts: createOrderingFacts(),
    directory: { connector: () => connector },
    fileUrl: (atMs) => (media) => `https://files.example/${media.id}?${atMs}`,
    ackTokenOf: async (channelId, pressId) => `token of ${pressId} in ${channelId}`,
    failed: async () => assert.fail('nothing is parked here'),
  });

const bytesOf = (fact: Fact) => Buffer.from(Fact.encode(fact).finish());
const itemAt = (bytes: Uint8Array) => ({
  ...{ bytes, position: { sequence: 1, index: 0, output: 0 }, storedAtMs: 0, subject: 'facts.0.normalizer' },
});
const itemsOf = ({ data }: KeyedEntry) => EgressBatch.decode(data).items.map((item) => EgressItem.decode(item));
const noHead = { revision: 0, position: undefined, last: undefined };

async function submittedFact(text: string, connector = 'telegram'): Promise<Fact> {
  const here = createWorld({ channels: [{ ...channel, connector }], capabilities });
  await greeted(here);
  const [fact] = await here.take(write('m', text));
  return fact ?? assert.fail();
}

function keyed(facts: readonly Fact[]): KeyedItem<Routed>[] {
  return facts.map((fact, index) => ({
    ...{ item: { fact, isForFiles: false }, storedAtMs: 0 },
    position: { sequence: 5, index, output: 0 },
  }));
}

test("a connector's dispatch takes its own channels' orders and steps over everything else", async () => {
  const own = await submittedFact('hi');
  const others = await submittedFact('hi', 'webchat');
  const routes = (fact: Fact) => definition().route(itemAt(bytesOf(fact)));
  assert.deepEqual(
    routes(own).map(({ key }) => key),
    ['ch1'],
  );
  assert.deepEqual(routes(others), []);
});

test('an envelope is unpacked for the connectors that get orders from it, and for all where a fact cannot be read', async () => {
  const own = bytesOf(await submittedFact('hi'));
  const here = createWorld({ channels: [channel], capabilities });
  const [plain = assert.fail()] = await here.take(hookCall(message('1')));
  const [file = assert.fail()] = await here.take(hookCall(message('2', imageContent('f1'))));
  const facts = createOrderingFacts();
  const envelope = (...items: Buffer[]) => {
    const data = Envelope.encode(Envelope.create({ items })).finish();
    const of = { sequence: 1, subject: 'facts.0.normalizer', data, storedAtMs: 0, header: () => undefined };
    return ['telegram', 'webchat'].map((connector) => facts.of(of, connector).length);
  };
  assert.deepEqual(envelope(own, bytesOf(plain)), [2, 0]);
  assert.deepEqual(envelope(bytesOf(plain)), [0, 0]);
  assert.deepEqual(envelope(bytesOf(plain), bytesOf(file)), [2, 0]);
  assert.deepEqual(envelope(bytesOf(plain), Buffer.from([0x0a, 0xff])), [2, 2]);
});

test('a message with a pending file is a fetch order to its channel', async () => {
  const here = createWorld({ channels: [channel], capabilities });
  const [fact] = await here.take(hookCall(message('1', imageContent('f1'))));
  const [route] = definition().route(itemAt(bytesOf(fact ?? assert.fail())));
  assert.equal(route?.key, 'ch1.files');
  assert.equal(definition().subject(3, route.key), 'egress.telegram.3.ch1.files');
  const [entry] = await definition().seal(route.key, noHead, [
    { item: route.item, position: { sequence: 1, index: 0, output: 0 }, storedAtMs: 0 },
  ]);
  const [item] = itemsOf(entry ?? assert.fail());
  assert.ok(item?.order?.$case === 'fetch');
  assert.deepEqual([item.order.value.media?.id, item.order.value.messageId], ['f1', message('1').id]);
});

test('an order names the conversation as the platform does, its number, and its parts', async () => {
  const fact = await submittedFact('one two three four five');
  const [entry] = await definition(carrying({ ...capabilities, textMax: 10 })).seal('ch1', noHead, keyed([fact]));
  const sends = itemsOf(entry ?? assert.fail()).map(({ order }) =>
    order?.$case === 'send' ? order.value : assert.fail(),
  );
  assert.deepEqual(
    sends.map(({ part, parts }) => [part, parts]),
    [
      [0, 3],
      [1, 3],
      [2, 3],
    ],
  );
  assert.deepEqual(
    [sends[0]?.conversation?.platformId, sends[0]?.conversationNumber, sends[0]?.isAgain, sends[0]?.message?.id],
    ['7', 2, false, ids.message('t1', 'm')],
  );
});

test('a part of an account carries what its connector says of it, for as long as the conversation lives', async () => {
  const here = createWorld({ channels: [channel], capabilities });
  const conversation = ConversationRef.create({ platformId: '7', subchannel: 'sms' });
  await here.take(hookCall(message('hello', 'hello', { conversation })));
  const [fact] = await here.take(write('m', 'one two three'));
  const capabilitiesBySubchannel = { sms: { ...capabilities, textMax: 5 } };
  const connector = ConnectorEntry.create({ name: 'telegram', capabilities, capabilitiesBySubchannel });
  const [entry] = await definition(connector).seal('ch1', noHead, keyed([fact ?? assert.fail()]));
  const sends = itemsOf(entry ?? assert.fail()).map(({ order }) => (order?.$case === 'send' ? order.value : undefined));
  assert.equal(sends.length, 3);
  assert.equal(sends[0]?.conversation?.subchannel, 'sms');
});

test('a message that a person sends again says so', async () => {
  const fact = await submittedFact('hi');
  const [entry] = await definition().seal('ch1', noHead, keyed([{ ...fact, id: 'another' }]));
  const [item] = itemsOf(entry ?? assert.fail());
  assert.equal(item?.order?.$case === 'send' && item.order.value.isAgain, true);
});

test('parts that fill several messages go on where a crash left off', async () => {
  const fact = await submittedFact('word '.repeat(1_300));
  const small = definition(carrying({ ...capabilities, textMax: 5 }));
  const all = await small.seal('ch1', noHead, keyed([fact]));
  assert.equal(all.length, 13);
  assert.ok(all.every((entry) => itemsOf(entry).length <= 100));
  assert.deepEqual(all.at(-1)?.position, { sequence: 5, index: 0, output: 0 });
  const crashedAfter = all[4]?.position;
  const rest = await small.seal('ch1', { revision: 5, position: crashedAfter, last: undefined }, keyed([fact]));
  assert.deepEqual(rest, all.slice(5));
  const positions = all.map(({ position }) => position);
  assert.ok(positions.every((position, n) => n === 0 || comparePositions(positions[n - 1] ?? position, position) < 0));
});

test('without capabilities dispatch waits, and does not guess', async () => {
  const fact = await submittedFact('hi');
  const blind = dispatch({
    connector: 'telegram',
    facts: createOrderingFacts(),
    directory: { connector: () => undefined },
    fileUrl: () => () => '',
    ackTokenOf: async () => '',
    failed: async () => {},
  });
  await assert.rejects(blind.seal('ch1', noHead, keyed([fact])), { code: 'unavailable' });
});

test('the answer to a press carries the token of that press', async () => {
  const here = createWorld({ channels: [channel], capabilities });
  await greeted(here);
  const value = { pressId: 'press1', text: '', isAlert: false };
  const order = write('p');
  const action = { $case: 'pressAnswer' as const, value };
  const [fact] = await here.take({
    ...order,
    value: { ...order.value, message: { ...(order.value.message ?? assert.fail()), action } },
  });
  await here.take(sendResult({ messageId: ids.message('t1', 'p'), state: 2 }));
  const [entry] = await definition().seal('ch1', noHead, keyed([fact ?? assert.fail()]));
  const [item] = itemsOf(entry ?? assert.fail());
  assert.equal(item?.order?.$case === 'send' && item.order.value.ackToken, 'token of press1 in ch1');
});
