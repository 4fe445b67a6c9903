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
  ...{ kind: 'delivery.attempted', service: 'delivery', at: '2026-01-01T00:00:00.000Z', outcome: 'portal_timeout' },
  ...{
    id: 'x',
    traceparent: '00-abc-def-01',
    sequence: '4',
    lastSequence: '6',
    attempt: 2,
    durationMs: 15,
    httpStatus: 0,
  },
};

test('a line tells step, service, stream, outcome and what is known beyond, with colours only where they are wanted', () => {
  const hop = { stream: 'DELIVERIES', entry };
  const plain = createTable({ hasColours: false }).line(hop);
  for (const text of [
    'delivery.attempted',
    'DELIVERIES',
    'portal_timeout',
    'sequence 4-6',
    'try 2',
    '15 ms',
    '+0 ms',
  ]) {
    assert.ok(plain.includes(text), text);
  }
  assert.ok(!plain.includes('\u001b'));
  assert.ok(createTable({ hasColours: true }).line(hop).includes('\u001b[31m'));
  assert.ok(createTable({ hasColours: false }).trace([hop]).includes('abc'));
});
