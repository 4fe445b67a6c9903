import { type ChannelCursor, SendRecord, sendsStream, subjects } from '@trunkline/contracts';
import { type FencedLog, type LogPort, openFencedLog, type RecordCodec, type Scheduler } from '@trunkline/runtime';

/** The log of one lane's sending: attempts and checkpoint in one record, one writer at a time. */
export type SendLog = FencedLog<SendRecord>;

/** What {@link openSendLog} wants. */
export interface SendLogOptions {
  readonly bus: LogPort;
  readonly connector: string;
  readonly lane: number;
  /** Id of this instance. */
  readonly owner: string;
  readonly signal: AbortSignal;
  readonly scheduler: Scheduler;
  readonly onTrouble: (error: unknown) => void;
}

const codec: RecordCodec<SendRecord> = {
  encode: (record) => SendRecord.encode(record).finish(),
  decode: (bytes) => SendRecord.decode(bytes),
};

/** Opens the log of a lane. Does nothing until it is taken over. */
export function openSendLog({ bus, connector, lane, ...rest }: SendLogOptions): SendLog {
  const subject = subjects.sends(connector, lane);
  return openFencedLog({ ...rest, log: bus, stream: sendsStream(connector), subject, codec });
}

/** What the records of a lane say together. */
export interface Checkpoint {
  readonly cursors: ReadonlyMap<string, ChannelCursor>;
  /** Everything up to here is done, by every queue. */
  readonly lowSequence: number;
}

/** The checkpoint that a full record and those after it make. Pure. */
export function checkpointOf(records: readonly SendRecord[]): Checkpoint {
  const cursors = new Map(records.flatMap((record) => record.cursors).map((cursor) => [cursor.channelId, cursor]));
  return { cursors, lowSequence: records.at(-1)?.lowSequence ?? 0 };
}
