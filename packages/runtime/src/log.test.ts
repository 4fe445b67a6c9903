import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asTrunklineError, TrunklineError } from './errors.ts';
import { createLogger } from './log.ts';
import { secret } from './secret.ts';

function recorded() {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { lines, log: createLogger({ service: 'delivery', instance: 'd-1', level: 'info', destination }) };
}

test('a line is a fixed sentence with fields, and says whose it is', () => {
  const { lines, log } = recorded();
  log.child({ lane: 3 }).info('Batch delivered', { portal: 'p-1', events: 12 });
  log.debug('Not at this level');
  assert.equal(lines.length, 1);
  const { time, ...line } = lines[0] ?? {};
  assert.ok(typeof time === 'string');
  assert.deepEqual(line, {
    level: 'info',
    service: 'delivery',
    instance: 'd-1',
    lane: 3,
    portal: 'p-1',
    events: 12,
    msg: 'Batch delivered',
  });
});

test('what is secret or personal is masked even where somebody logs it by mistake', () => {
  const { lines, log } = recorded();
  const message = { text: 'I am ill', phone: '+79001234567' };
  log.warn('Oops', { token: 't0k3n', message, key: secret('hush'), deep: { call: { authorization: 'Bearer x' } } });
  assert.doesNotMatch(JSON.stringify(lines), /ill|7900|t0k3n|hush|Bearer/);
});

test('an error is told with its code and cause', () => {
  const { lines, log } = recorded();
  log.error('Lane stopped', {
    error: new TrunklineError('unavailable', 'no PubAck', { cause: new Error('socket closed') }),
  });
  const { error } = lines[0] ?? {};
  assert.match(JSON.stringify(error), /"code":"unavailable".*"cause":\{"name":"Error","message":"socket closed"/);
});

test('words of the engine that quote what it could not read are left out, whoever repeats them', () => {
  const { lines, log } = recorded();
  const thrown = (() => {
    try {
      return JSON.parse('Melusina');
    } catch (error) {
      return error;
    }
  })();
  log.error('Call failed', { error: thrown });
  log.error('Call failed', { error: new Error('not read', { cause: asTrunklineError(thrown) }) });
  assert.doesNotMatch(JSON.stringify(lines), /elusina/);
  assert.match(JSON.stringify(lines[0]), /SyntaxError.*log\.test\.ts/);
});
