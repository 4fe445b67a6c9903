import { Position, streams, subjects } from '@trunkline/contracts';
import { type LogPort, WrongLastSequence } from './ports.ts';

/** Where a sink stands: kept in memory, stored in CURSORS. */
export interface Cursor {
  /** Everything of the stream up to this sequence is done. */
  readonly sequence: number;
  /** Notes how far it is. */
  advance(sequence: number): void;
  /** Stores it if it moved since. Rejects with `unavailable` when the bus does not answer. */
  save(): Promise<void>;
}

/** Reads a stored position; 0 when there is none. Rejects with `unavailable`. */
export async function openCursor(bus: LogPort, sink: string, lane: number): Promise<Cursor> {
  const subject = subjects.cursor(sink, lane);
  const read = async () => {
    const last = await bus.lastOf(streams.cursors, subject);
    return { revision: last?.sequence ?? 0, sequence: last === undefined ? 0 : Position.decode(last.data).sequence };
  };
  const stored = await read();
  let at = stored.sequence;
  const write = async () => {
    const position = Position.encode({ sequence: at, index: 0, output: 0 }).finish();
    const sequence = at;
    const ack = await bus.publish(subject, position, { expectLastSubjectSequence: stored.revision });
    stored.revision = ack.sequence;
    stored.sequence = sequence;
  };
  return {
    get sequence() {
      return at;
    },
    advance: (sequence) => {
      at = sequence;
    },
    save: async () => {
      if (at <= stored.sequence) return;
      try {
        await write();
      } catch (error) {
        if (!(error instanceof WrongLastSequence)) throw error;
        // A lost answer of our own, or another owner: a position never goes back.
        Object.assign(stored, await read());
        if (at > stored.sequence) await write();
      }
    },
  };
}
