import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LaneAlarm } from '../alarm.ts';
import { type LogPort, type StoredMessage, WrongLastSequence } from '../ports.ts';
import { type FencedRecord, LostOwnership, openFencedLog, type RecordCodec } from './fenced-log.ts';

interface Note extends FencedRecord {
  readonly text: string;
}

const codec: RecordCodec<Note> = {
  encode: (record) => Buffer.from(JSON.stringify(record)),
  decode: (bytes) => JSON.parse(Buffer.from(bytes).toString()) as Note,
};

/** An array as a log; `lose` names what happens to the next publishes: the answer is lost, or the message too. */
function memoryLog() {
  const messages: StoredMessage[] = [];
  const lose: ('answer' | 'message')[] = [];
  const log: Pick<LogPort, 'publish' | 'lastOf' | 'nextOf' | 'batchOf'> = {
    publish: async (subject, data, options) => {
      const lost = lose.shift();
      if (lost === 'message') throw new Error('no answer');
      const last = messages.at(-1)?.sequence ?? 0;
      if ((options?.expectLastSubjectSequence ?? last) !== last) throw new WrongLastSequence(`it is ${last}`);
      const sequence = last + 1;
      messages.push({ sequence, subject, data, storedAtMs: 0, header: () => undefined });
      if (lost === 'answer') throw new Error('no answer');
      return { sequence, isDuplicate: false };
    },
    lastOf: async () => messages.at(-1),
    nextOf: async (_stream, _subject, from) => messages.find((message) => message.sequence >= from),
    batchOf: async (_stream, _subject, from) => messages.filter((message) => message.sequence >= from).slice(0, 2),
  };
  return {
    log: log as LogPort,
    messages,
    lose,
    texts: () => messages.map((message) => codec.decode(message.data).text),
  };
}

function openAs(owner: string, log: LogPort) {
  return openFencedLog<Note>({ log, stream: 'S', subject: 's', owner, codec, signal: AbortSignal.timeout(5_000) });
}

test('a new owner reads everything since the last full record and writes a full one of the next epoch', async () => {
  const { log, messages } = memoryLog();
  const first = openAs('a', log);
  await first.takeOver(() => ({ text: 'full' }));
  for (const text of ['1', '2']) await first.append({ text });
  await first.append({ text: 'full again' }, { isFull: true });
  for (const text of ['3', '4', '5']) await first.append({ text });

  const seen: string[] = [];
  const second = openAs('b', log);
  await second.takeOver((records) => {
    seen.push(...records.map((record) => record.text));
    return { text: 'taken' };
  });

  assert.deepEqual(seen, ['full again', '3', '4', '5']);
  const newest = codec.decode(messages.at(-1)?.data ?? new Uint8Array());
  assert.deepEqual(newest, { text: 'taken', owner: 'b', epoch: 2, isFull: true, fullSequence: 0 });
  assert.equal(second.sequence, 8);
});

test('an owner that was taken over can write nothing more', async () => {
  const { log, texts } = memoryLog();
  const former = openAs('a', log);
  await former.takeOver(() => ({ text: 'full' }));
  await openAs('b', log).takeOver(() => ({ text: 'taken' }));
  await assert.rejects(former.append({ text: 'late' }), LostOwnership);
  assert.deepEqual(texts(), ['full', 'taken']);
});

test('a lost answer is found again: the record stands there once', async () => {
  const { log, lose, texts } = memoryLog();
  const owner = openAs('a', log);
  lose.push('answer');
  await owner.takeOver(() => ({ text: 'full' }));
  lose.push('answer', 'message');
  await owner.append({ text: '1' });
  await owner.append({ text: '2' });
  assert.deepEqual(texts(), ['full', '1', '2']);
});

test('a take-over that meets one more record of the former owner reads that too', async () => {
  const { log, texts } = memoryLog();
  const former = openAs('a', log);
  await former.takeOver(() => ({ text: 'full' }));
  const seen: string[][] = [];
  const late: LogPort = {
    ...log,
    publish: async (subject, data, options) => {
      if (seen.length === 1) await former.append({ text: 'late' });
      return log.publish(subject, data, options);
    },
  };
  await openAs('b', late).takeOver((records) => {
    seen.push(records.map((record) => record.text));
    return { text: 'taken' };
  });
  assert.deepEqual(seen, [['full'], ['full', 'late']]);
  assert.deepEqual(texts(), ['full', 'late', 'taken']);
});

test('of two that take over at once one loses, and knows it', async () => {
  const { log, messages } = memoryLog();
  const both = [openAs('a', log), openAs('b', log)];
  const ends = await Promise.allSettled(both.map((owner) => owner.takeOver(() => ({ text: 'full' }))));
  const lost = ends.filter((end) => end.status === 'rejected');
  assert.equal(lost.length, 1);
  assert.ok(lost[0]?.reason instanceof LostOwnership);
  assert.equal(messages.length, 1);
});

test('a log whose full record is gone is not taken over', async () => {
  const { log, messages } = memoryLog();
  const owner = openAs('a', log);
  await owner.takeOver(() => ({ text: 'full' }));
  await owner.append({ text: '1' });
  await owner.append({ text: '2' });
  messages.shift();
  await assert.rejects(
    openAs('b', log).takeOver(() => ({ text: 'taken' })),
    LaneAlarm,
  );
});
