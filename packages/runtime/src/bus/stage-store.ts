import type { Position } from '@trunkline/contracts';
import type { StateReader, StateWrite } from './ports.ts';

/** What a stage stored last: one document a lane, replaced in the same transaction as the state. */
export interface StageRecord {
  /** Of the owner: each take-over adds one, and only the owner of this one may write. */
  readonly epoch: number;
  /** Input position before the micro-batch. */
  readonly from: Position;
  /** Input position after it: everything up to here is decided. */
  readonly to: Position;
  /** The envelope to publish, exactly these bytes; undefined when there was nothing to say. */
  readonly out?: Uint8Array | undefined;
  /** Last sequence of the stage's subject before the envelope. */
  readonly after: number;
  /** How many items this lane has decided, for ever. */
  readonly decided: number;
  /** The values of `decided` at which items were parked last, at most five. */
  readonly parked: readonly number[];
}

/** Where stages keep their records and their state. */
export interface StageStore {
  /**
   * Makes a lane's record ours: raises its epoch and reads it in one step, and ends what a former owner left open. Rejects
   * with `unavailable` when the server is down or the former owner's transaction still blocks.
   */
  claim(id: string, owner: string): Promise<StageClaim>;
}

/** A record that was ours when it was claimed. Closing it says that nothing of it is under way any more. */
export interface StageClaim extends AsyncDisposable {
  /** As it was claimed. */
  readonly record: StageRecord;
  /** Collection of the records, which also keeps what is left of outputs that had to be cut. */
  readonly collection: string;
  /** The record as it is now; undefined when it is lost. */
  read(): Promise<StageRecord | undefined>;
  /**
   * Lets decide what changes, and stores it in one transaction. `committed`: stored by a majority, on disk; `aborted`: nothing
   * was to change, or the record was not the expected one, and nothing is stored; `unknown`, or why it is: only the record can
   * tell, now or later. Rejects with `unavailable` when nothing is stored and it may be tried again, with whatever deciding
   * threw, and with the reason why the change cannot be stored.
   *
   * What is read is not locked. It needs no lock: a lane's state changes only together with its record, and the change goes in
   * only where the record is still the expected one.
   */
  commit(decide: (reader: StateReader) => Promise<StageChange | undefined>): Promise<CommitOutcome>;
}

/** What a micro-batch changes: all of it is stored, or nothing. */
export interface StageChange {
  /** The record is replaced where epoch and position are still these. */
  readonly expected: { readonly epoch: number; readonly to: Position };
  readonly record: StageRecord;
  /** Applied in order. */
  readonly writes: readonly StateWrite[];
}

/** How a commit ended. */
export type CommitOutcome = 'committed' | 'aborted' | 'unknown' | { readonly unknown: unknown };

/** What is left of one item's outputs: the next envelope, kept in the collection of the records until it is published. */
export interface StageRest {
  readonly _id: string;
  readonly to: Position;
  readonly out: Uint8Array;
}

/** Id of the envelope that follows the first so many outputs of the item that a lane stands at. Pure. */
export function restId(id: string, output: number): string {
  return `${id}#${output}`;
}
