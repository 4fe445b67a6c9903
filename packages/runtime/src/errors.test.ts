import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorCodes } from '@trunkline/contracts';
import { MongoBulkWriteError, MongoNetworkError, MongoServerError, MongoServerSelectionError } from 'mongodb';
import { errorTable } from './error-table.ts';
import { asTrunklineError, busVerdictOf, invalidArgument, retryAfterMsOf, TrunklineError } from './errors.ts';

test('every code has a sentence, a remedy and statuses that agree with whether it may be retried', () => {
  for (const code of errorCodes) {
    const meaning = errorTable[code];
    assert.match(meaning.sentence, /^[A-Z].*\.$/, code);
    assert.match(meaning.remedy, /\.$/, code);
    assert.ok(meaning.http >= 400 && meaning.http < 600, code);
    assert.notEqual(meaning.grpc, 0, code);
    if (meaning.bus === 'wait') assert.notEqual(meaning.retry, 'never', code);
    if (meaning.retry === 'never') assert.notEqual(meaning.bus, 'wait', code);
  }
});

test('an error takes from the table whatever it does not say itself', () => {
  const plain = new TrunklineError('not_found', 'channel 7 is not in the map');
  assert.equal(plain.publicMessage, errorTable.not_found.sentence);
  assert.equal(plain.certain, true);
  const own = new TrunklineError('unavailable', 'no PubAck', { certain: true, retry: { afterMs: 250 } });
  assert.equal(own.certain, true);
  assert.equal(retryAfterMsOf(own), 250);
});

test('what is refused names its fields', () => {
  const error = invalidArgument({ field: 'page_size', description: 'must be 1 to 500' });
  assert.equal(error.code, 'invalid_argument');
  assert.equal(error.publicMessage, 'page_size: must be 1 to 500');
});

test('a foreign error keeps a code of ours, and is internal when it has none', () => {
  const foreign = Object.assign(new Error('slow down'), { code: 'retry_after', retryAfterMs: 3_000 });
  assert.equal(asTrunklineError(foreign).code, 'retry_after');
  assert.equal(retryAfterMsOf(asTrunklineError(foreign)), 3_000);
  assert.equal(asTrunklineError(Object.assign(new Error('x'), { code: 'ENOENT' })).code, 'internal');
  assert.equal(asTrunklineError('text').code, 'internal');
  assert.equal(asTrunklineError(AbortSignal.abort().reason).code, 'aborted');
});

test('a server that is away, busy or steps down is waited for', () => {
  const mongo = (more: object) => Object.assign(new MongoServerError({ message: 'x' }), more);
  const stepsDown = mongo({ code: 10107 });
  const conflict = new MongoServerError({ message: 'x', errorLabels: ['TransientTransactionError'] });
  for (const error of [
    stepsDown,
    conflict,
    new MongoNetworkError('x'),
    // The driver does not export it: what was under way when its monitor found the server silent.
    Object.assign(new Error('x'), { name: 'PoolClearedOnNetworkError' }),
    // Nor does it wrap what its socket says while it waits to be rid of a command.
    Object.assign(new Error('This socket has been ended by the other party'), { code: 'EPIPE' }),
    new MongoServerSelectionError('x', {} as never),
    // How the driver tells that the connection broke while several writes were on their way.
    new MongoBulkWriteError(new MongoNetworkError('connection 2 closed') as never, { insertedCount: 0 } as never),
    mongo({ code: 134 }),
  ]) {
    assert.equal(asTrunklineError(error).code, 'unavailable', error.name);
    assert.equal(busVerdictOf(error), 'wait');
  }
  assert.equal(asTrunklineError(mongo({ code: 11000 })).code, 'internal', 'a duplicate key stays one');
  const writeErrors = [{ code: 11000 }];
  const refused = new MongoBulkWriteError({ message: 'x', code: 11000, writeErrors } as never, {} as never);
  assert.equal(asTrunklineError(refused).code, 'internal', 'also among several');
});

test('the public text of an unexpected error tells nothing of its inside', () => {
  const error = asTrunklineError(new Error('E11000 duplicate key { phone: "+79001234567" }'));
  assert.doesNotMatch(error.publicMessage + error.remedy, /7900/);
});

test('the bus waits for what is down and parks what cannot be done', () => {
  assert.equal(busVerdictOf(new TrunklineError('unavailable', 'x')), 'wait');
  assert.equal(busVerdictOf(new Error('x')), 'park');
  assert.equal(busVerdictOf(new TrunklineError('unknown_outcome', 'x')), 'hold');
});
