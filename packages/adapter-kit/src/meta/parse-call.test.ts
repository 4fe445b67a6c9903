import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChannelEvent } from '@trunkline/contracts';
import { ConnectorError } from '../connector-error.ts';
import { type MetaCalls, metaInstant, parseMetaCall } from './parse-call.ts';

const channel = { id: 'c1', tenantId: 't1', connector: 'sample', accountId: '1' };
const calls: MetaCalls = {
  object: 'page',
  fields: {
    feed: (value, { entryMs }) => [ChannelEvent.create({ platformId: String(value), sentAt: new Date(entryMs) })],
  },
};
const callOf = (...entry: readonly object[]) => ({
  ...{ method: 'POST', path: '', query: {}, headers: {}, receivedAtMs: 9_000 },
  body: Buffer.from(JSON.stringify({ object: 'page', entry })),
});
const parse = (...entry: readonly object[]) => parseMetaCall(callOf(...entry), channel, calls);
const feed = (value: string) => ({ field: 'feed', value });

test('changes come in a list, or stand in the entry itself; an entry in seconds and one in milliseconds mean the same', () => {
  const told = parse(
    { id: '1', time: 1_782_900_123, changes: [feed('a')] },
    { id: '1', time: 1_782_900_123_000, ...feed('b') },
  );
  assert.deepEqual(
    told.map(({ platformId, sentAt }) => [platformId, sentAt?.getTime()]),
    [
      ['a', 1_782_900_123_000],
      ['b', 1_782_900_123_000],
    ],
  );
});

test('a field that nobody knows is told by its name, and costs the others nothing', () => {
  const failing = () => parse({ id: '1', changes: [feed('a'), { field: 'hologram', value: {} }, feed('c')] });
  assert.throws(failing, (error) => {
    assert.ok(error instanceof ConnectorError);
    assert.deepEqual([error.code, error.understood.length], ['unknown_kind', 2]);
    return /hologram/.test(error.message);
  });
});

test('a zone without a colon is read, and what is no time is not', () => {
  assert.equal(metaInstant.parse('2026-07-01T10:02:03+0000'), 1_782_900_123_000);
  assert.equal(metaInstant.safeParse('soon').success, false);
});
