import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { createMemory } from '@trunkline/adapter-kit/page';
import { backoffMs } from './backoff.ts';
import { emptyLog, type Log, lastTheirs, take, unreadAfter } from './log.ts';
import { createOutbox } from './outbox.ts';

const limitBytes = 25_000;

function browserStore() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => kept.set(key, text),
  };
}

const said = (text: string) => ({
  from: 'operator' as const,
  kind: 'message' as const,
  messageId: 'm',
  author: { name: 'Olga', avatarUrl: '' },
  text,
  marks: [],
  buttons: [],
});
const wrote = (cid: string, text: string) => ({ from: 'visitor' as const, frame: { t: 'send' as const, cid, text } });

function logOf(...events: readonly Parameters<typeof take>[1]['event'][]): Log {
  return events.reduce((log, event, index) => take(log, { seq: index + 1, at: 0, event }), emptyLog);
}

test('the script is smaller than 25 kB as it goes over the wire', async (t) => {
  const size = gzipSync(await readFile(join(import.meta.dirname, 'dist', 'widget.js'))).length;
  t.diagnostic(`${(size / 1_000).toFixed(1)} kB gzip`);
  assert.ok(size < limitBytes, `${size} bytes`);
});

test('the widget’s sources fit their types', async () => {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  await promisify(execFile)(process.execPath, [tsc, '--noEmit', '-p', import.meta.dirname]);
});

test('an entry that comes twice is shown once', () => {
  const log = logOf(wrote('cid-0001', 'hi'), said('hello'));
  assert.equal(take(log, { seq: 2, at: 0, event: said('hello') }), log);
  assert.deepEqual(
    log.items.map(({ text, isMine }) => [text, isMine]),
    [
      ['hi', true],
      ['hello', false],
    ],
  );
});

test('a changed message says so, and of a deleted one nothing is left', () => {
  const changed = { from: 'operator' as const, kind: 'edit' as const, targets: [1, 2], text: 'new', marks: [] };
  const log = logOf(said('one'), said('its second part'), said('secret'), changed, {
    from: 'operator',
    kind: 'delete',
    targets: [3],
  });
  assert.deepEqual(
    log.items.map(({ text, isEdited, isDeleted }) => [text, isEdited, isDeleted]),
    [
      ['new', true, false],
      ['', false, true],
    ],
  );
});

test('unread are the operator’s messages after the last one read', () => {
  const log = logOf(said('one'), wrote('cid-0001', 'hi'), said('two'));
  assert.equal(lastTheirs(log), 3);
  assert.equal(unreadAfter(log, 1), 1);
  assert.equal(unreadAfter(log, 3), 0);
});

test('the outbox keeps its order over pages; what failed waits for a word and then goes last', () => {
  const store = browserStore();
  const box = () => createOutbox(createMemory('t:', () => store as unknown as Storage));
  for (const cid of ['a', 'b', 'c']) {
    box().add({ frame: { t: 'send', cid, text: cid }, atMs: 0, isUploaded: false });
  }
  box().fail('a', 'too large');
  assert.equal(box().next()?.frame.cid, 'b');
  box().done('b');
  box().retry('a');
  assert.deepEqual(
    box()
      .all()
      .map(({ frame, error }) => [frame.cid, error]),
    [
      ['c', undefined],
      ['a', undefined],
    ],
  );
});

test('failures wait 1, 2, 4 … 30 s, each a little differently', () => {
  const middle = [1, 2, 3, 4, 5, 6, 60].map((failures) => backoffMs(failures, 0.5));
  assert.deepEqual(middle, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  assert.deepEqual([backoffMs(1, 0), backoffMs(1, 1)], [800, 1_200]);
});
