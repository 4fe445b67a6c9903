import { type ChannelCursor, SendRecord, sendsStream, subjects } from '@trunkline/contracts';
import {
  type FencedLog,
  formatPosition,
  type LogPort,
  openFencedLog,
  type RecordCodec,
  type Scheduler,
} from '@trunkline/runtime';

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

/** What a new owner finds. */
export interface Taken {
  readonly checkpoint: Checkpoint;
  /** Places of the orders whose call the former owner may have under way. */
  readonly sending: readonly string[];
}

/** Takes over the log of a lane: from now on whatever the former owner writes is refused. */
export async function takeOver(log: SendLog, lane: number, nowMs: number): Promise<Taken> {
  let checkpoint: Checkpoint = { cursors: new Map(), lowSequence: 0 };
  await log.takeOver((records) => {
    checkpoint = checkpointOf(records);
    const { lowSequence } = checkpoint;
    return { lane, attempts: [], cursors: [...checkpoint.cursors.values()], at: new Date(nowMs), lowSequence };
  });
  const sending = [...checkpoint.cursors.values()].flatMap((cursor) => cursor.sending).map(formatPosition);
  return { checkpoint, sending };
}

/** The checkpoint that a full record and those after it make. */
function checkpointOf(records: readonly SendRecord[]): Checkpoint {
  const cursors = new Map(records.flatMap((record) => record.cursors).map((cursor) => [cursor.channelId, cursor]));
  return { cursors, lowSequence: records.at(-1)?.lowSequence ?? 0 };
}
