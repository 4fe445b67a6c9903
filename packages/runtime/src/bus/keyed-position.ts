import { Position } from '@trunkline/contracts';
import { LaneAlarm } from './alarm.ts';
import { isTransient } from './patience.ts';
import { type LogPort, type StoredMessage, WrongLastSequence } from './ports.ts';
import { comparePositions, start } from './position.ts';

/** How far a keyed log is, as its stream tells. */
export interface KeyedPosition {
  /** The position that is stored. */
  readonly stored: () => Position;
  /** Reads it from the leader. Rejects with `unavailable`, or with an alarm when it went back. */
  readonly read: () => Promise<Position>;
  /**
   * Stores a later one, expecting the former. Where another owner stored one, or nobody knows, it is read again the next
   * time: a position only says where to begin, the heads say what is there.
   */
  readonly store: (position: Position) => Promise<void>;
}

/** The position of one lane of a keyed log. */
export function createKeyedPosition(log: LogPort, stream: string, subject: string): KeyedPosition {
  let stored = start;
  let revision = 0;
  let isKnown = false;
  const read = async (): Promise<Position> => {
    const last = await log.lastOf(stream, subject);
    const found = last?.sequence ?? 0;
    if (found < revision) throw new LaneAlarm('stream_lost', `${subject} ends at ${found}, we wrote ${revision}`);
    revision = found;
    stored = positionOf(last);
    isKnown = true;
    return stored;
  };
  return {
    stored: () => stored,
    read,
    store: async (position) => {
      try {
        if (!isKnown) await read();
        if (comparePositions(position, stored) <= 0) return;
        const data = Position.encode(position).finish();
        revision = (await log.publish(subject, data, { expectLastSubjectSequence: revision })).sequence;
        stored = position;
      } catch (error) {
        if (!(error instanceof WrongLastSequence) && !isTransient(error)) throw error;
        isKnown = false;
      }
    },
  };
}

function positionOf(last: StoredMessage | undefined): Position {
  return last === undefined ? start : Position.decode(last.data);
}
