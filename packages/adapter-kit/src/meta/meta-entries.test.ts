import assert from 'node:assert/strict';
import { test } from 'node:test';
import { divideEntries, divideMetaCall, metaEntriesOf } from './meta-entries.ts';

function callOf(...entry: readonly object[]) {
  const body = Buffer.from(JSON.stringify({ object: 'page', entry }));
  return { method: 'POST', path: '', query: {}, headers: {}, body, receivedAtMs: 0 };
}

const entriesIn = (body: Uint8Array | undefined) => body && JSON.parse(Buffer.from(body).toString()).entry;

test('each account gets its own entries in their order, and those that name nobody', () => {
  const [one, nobody, two, again] = [{ id: '1', at: 1 }, { at: 2 }, { id: 2, at: 3 }, { id: '1', at: 4 }];
  const bodyOf = divideMetaCall(callOf(one, nobody, two, again));
  assert.deepEqual(entriesIn(bodyOf('1')), [one, nobody, again]);
  assert.deepEqual(entriesIn(bodyOf('2')), [nobody, two]);
  assert.deepEqual(entriesIn(bodyOf('3')), [nobody]);
  assert.equal(bodyOf('3'), bodyOf('4'), 'what is nobody’s is written once for all who are not named');
  assert.deepEqual(metaEntriesOf(callOf(one, nobody, two), 'page', '3'), [nobody]);
});

test('what is about one account alone stays as it came, and tells the others nothing', () => {
  const call = callOf({ id: '1' }, { id: '1' });
  assert.equal(divideMetaCall(call)('1'), call.body);
  assert.equal(divideMetaCall(call)('2'), undefined);
});

test('an entry is read once, however many accounts share the address', () => {
  let reads = 0;
  const bodyOf = divideEntries(callOf({ id: '1' }, { id: '2' }), () => {
    reads += 1;
    return { named: new Set(['1']), shareOf: () => undefined };
  });
  for (let account = 0; account < 1_000; account += 1) bodyOf(String(account));
  assert.equal(reads, 2);
});
