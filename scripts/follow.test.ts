import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArguments } from './follow/arguments.ts';
import { createTable, sinceFirst } from './follow/table.ts';

const none = { limit: 0, isLive: false };
const cases: readonly { readonly args: string[]; readonly request: object }[] = [
  { args: ['abc'], request: { ...none, id: 'abc' } },
  { args: ['--last'], request: { ...none, last: true } },
  { args: ['--portal', 'p', '--live'], request: { ...none, portalId: 'p', isLive: true } },
  { args: ['--conversation', 'c', '--limit', '5', '--json'], request: { ...none, conversationId: 'c', limit: 5 } },
];

for (const { args, request } of cases) {
  test(`"${args.join(' ')}" is understood`, () => assert.deepEqual(readArguments(args)?.request, request));
}

for (const args of [[], ['a', 'b'], ['a', '--last'], ['--portal'], ['--lst'], ['a', '--limit', 'many']]) {
  test(`"${args.join(' ')}" is answered with a sentence`, () => assert.throws(() => readArguments(args), /\w+ \w+/));
}

test('times are told as people read them', () => {
  assert.deepEqual([0, 12, 3_400, 302_000, -5].map(sinceFirst), ['+0 ms', '+12 ms', '+3.4 s', '+5 min 2 s', '-5 ms']);
});

const entry = {
  ...{ kind: 'delivery.attempted', service: 'delivery', at: '2026-01-01T10:20:30.123Z', outcome: 'portal_timeout' },
  ...{ id: 'x', messageIds: [], conversationId: '', channelId: '', portalId: 'p', traceparent: '00-other-def-01' },
  ...{ sequence: '4', lastSequence: '6', attempt: 2, durationMs: 15, httpStatus: 0, kid: '', count: '0' },
};
const hop = { stream: 'DELIVERIES', entry };
const plain = { hasColours: false, isOfMany: false };

test('a line tells time, step, service, stream, outcome and what is known beyond, with colours only where they are wanted', () => {
  const line = createTable(plain).line(hop);
  const parts = ['10:20:30.123', '+0 ms', 'delivery.attempted', 'DELIVERIES', 'portal_timeout'];
  for (const text of [...parts, 'sequence 4-6', 'try 2', '15 ms']) assert.ok(line.includes(text), text);
  assert.ok(!line.includes('\u001b'));
  assert.ok(
    createTable({ ...plain, hasColours: true })
      .line(hop)
      .includes('\u001b[31m'),
  );
});

test('an attempt of a parallel portal says whose: its range holds events of other strands too', () => {
  const line = createTable(plain).line({ ...hop, entry: { ...entry, strand: '1/4' } });
  assert.match(line, /sequence 4-6, strand 1\/4, try 2/);
});

test('what one would ask for next is named below; an attempt does not lend its trace, and many have no name', () => {
  const fact = {
    stream: 'FACTS',
    entry: { ...entry, kind: 'messages.received', id: 'm1', traceparent: '00-abc-def-01' },
  };
  const { names } = createTable(plain);
  assert.deepEqual(
    names([fact, hop]).map((line) => line.split(/ +/)),
    [
      ['message', 'm1'],
      ['portal', 'p'],
      ['trace', 'abc'],
    ],
  );
  const other = { stream: 'FACTS', entry: { ...fact.entry, id: 'm2' } };
  assert.ok(!names([fact, other]).join().includes('message'));
});

test('of many messages each line begins with its own', () => {
  const of = { stream: 'FACTS', entry: { ...entry, messageIds: ['29b241c0-fec2-5e9b-b866-23c3b5659029'] } };
  assert.ok(
    createTable({ ...plain, isOfMany: true })
      .line(of)
      .includes('29b241c0  '),
  );
  assert.ok(!createTable(plain).line(of).includes('29b241c0'));
});
