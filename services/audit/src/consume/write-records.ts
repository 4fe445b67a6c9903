import { AuditRecord, topicOf } from '@trunkline/contracts';
import { createAppendQueue } from '../append-queue.ts';
import { passportEntries } from '../domain/passport-entry.ts';
import type { History, NewRecord } from '../kafka.ts';
import type { Passport } from '../store/passport.ts';

/** Writes records of all lanes and streams. */
export interface Writer {
  /** Resolves when records of one lane stand in Kafka, in their order, and the index finds them there. */
  write(records: readonly AuditRecord[]): Promise<void>;
}

/** What writing needs. */
export interface WriterParts {
  readonly history: Pick<History, 'append'>;
  readonly passport: Pick<Passport, 'put'>;
  /** What passes between two writes. */
  readonly rest: () => Promise<void>;
}

/** A record, and what is written of it. */
interface Encoded {
  readonly record: AuditRecord;
  readonly written: NewRecord;
}

/** So much is enough for a write: what Kafka takes of one lane at once is four times as much, with what records add to messages. */
export const mostBytes = 1024 ** 2;

/** So many records are enough for a write. */
export const mostRecords = 2_000;

/**
 * First Kafka, then the index. All lanes and streams of an instance go together: the hops of one message share a document of
 * the index then, and neither of the two servers is asked for each of them.
 */
export function createWriter({ history, passport, rest }: WriterParts): Writer {
  const write = async (records: readonly Encoded[]) => {
    const offsets = await history.append(records.map(({ written }) => written));
    const placed = records.map(({ record, written: { topic, partition } }, index) => {
      return { record, place: { topic, partition, offset: offsets[index] ?? -1 } };
    });
    await passport.put(passportEntries(placed));
  };
  const sizeOf = ({ written }: Encoded) => written.value.length;
  const queue = createAppendQueue(write, { sizeOf, mostBytes, mostItems: mostRecords, rest });
  return {
    write: (records) => {
      // Used for all of them: one that is made for each record grows anew with it.
      const writer = AuditRecord.encode(AuditRecord.create());
      writer.finish();
      return queue.append(records.map((record) => encoded(record, writer)));
    },
  };
}

function encoded(record: AuditRecord, writer: ReturnType<typeof AuditRecord.encode>): Encoded {
  const { stream, lane, entries } = record;
  const { buffer, byteOffset, byteLength } = AuditRecord.encode(record, writer).finish();
  const value = Buffer.from(buffer, byteOffset, byteLength);
  const traceparent = entries.find((entry) => entry.traceparent !== '')?.traceparent;
  return { record, written: { topic: topicOf(stream), partition: lane, value, traceparent } };
}
