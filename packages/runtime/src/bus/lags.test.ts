import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Envelope, Position, streams, subjects } from '@trunkline/contracts';
import { openLags } from './lags.ts';
import type { LogPort, StoredMessage } from './ports.ts';

/** A bus that counts what it is asked, and whose streams tests fill by hand. */
function aBus() {
  const messages: { readonly stream: string; readonly message: StoredMessage }[] = [];
  const asked = { reads: 0 };
  const of = (stream: string) => messages.filter((one) => one.stream === stream).map(({ message }) => message);
  const isUnder = (subject: string, filter: string) =>
    filter.endsWith('.>') ? subject.startsWith(filter.slice(0, -1)) : subject === filter;
  const bus = {
    lastSequence: async (stream: string) => of(stream).length,
    lastOf: async (stream: string, subject: string) => {
      asked.reads += 1;
      return of(stream).findLast((message) => message.subject === subject);
    },
    nextOf: async (stream: string, filter: string, from: number) => {
      asked.reads += 1;
      return of(stream).find(({ sequence, subject }) => sequence >= from && isUnder(subject, filter));
    },
  };
  const put = (stream: string, subject: string, data: Uint8Array, storedAtMs: number) => {
    const message = { sequence: of(stream).length + 1, subject, data, storedAtMs, header: () => undefined };
    messages.push({ stream, message });
  };
  return { bus: bus as unknown as LogPort, asked, put };
}

const fact = (sequence: number) => Envelope.encode(Envelope.fromPartial({ to: { sequence, index: 0 } })).finish();
const position = (sequence: number) => Position.encode(Position.fromPartial({ sequence })).finish();

test('a reader is behind by the oldest message of its lane that it has not read, and not at all when it has read all', async () => {
  const { bus, put } = aBus();
  const lags = openLags(bus, []);
  const sealer = async (nowMs: number) =>
    (await lags(nowMs)).filter(({ reader }) => reader === 'sealer').map(({ lagMs }) => lagMs);
  put(streams.facts, subjects.facts(3, 'normalizer'), fact(1), 1_000);
  put(streams.facts, subjects.facts(3, 'normalizer'), fact(2), 2_000);
  assert.deepEqual(await sealer(5_000), [0, 0, 0, 4_000, 0, 0, 0, 0]);
  put(streams.outbox, subjects.outboxPosition(3), position(2), 5_000);
  assert.deepEqual(await sealer(6_000), [0, 0, 0, 0, 0, 0, 0, 0]);
});

test('nothing is asked about readers that had read everything until something is added to their stream', async () => {
  const { bus, asked, put } = aBus();
  const lags = openLags(bus, ['telegram']);
  put(streams.facts, subjects.facts(0, 'normalizer'), fact(1), 1_000);
  await lags(2_000);
  const before = asked.reads;
  await lags(3_000);
  const again = asked.reads - before;
  assert.ok(again > 0 && again < before / 4, `${again} reads after ${before}`);

  put(streams.ingress, subjects.ingress(5), new Uint8Array(), 4_000);
  const behind = (await lags(6_000)).filter(({ lagMs, lane }) => lagMs > 0 && lane === 5);
  assert.deepEqual(
    behind.map(({ reader, lagMs }) => [reader, lagMs]),
    [
      ['normalizer', 2_000],
      ['audit.INGRESS', 2_000],
    ],
  );
});
