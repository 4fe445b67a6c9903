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

/** A record that was ours when it was claimed. Closing it releases its session and nothing else. */
export interface StageClaim extends AsyncDisposable {
  /** As it was claimed. */
  readonly record: StageRecord;
  /** Collection of the records, which also keeps what is left of outputs that had to be cut. */
  readonly collection: string;
  /** The record as it is now; undefined when it is lost. */
  read(): Promise<StageRecord | undefined>;
  /**
   * Runs work in one transaction. `committed`: stored by a majority, on disk; `aborted`: the work said false, nothing is
   * stored; `unknown`, or why it is: only the record can tell, now or later. Rejects with `unavailable` when nothing is stored and it may
   * be tried again, and with whatever else the work threw.
   */
  transaction(work: (transaction: StageTransaction) => Promise<boolean>): Promise<TransactionOutcome>;
}

/** How a transaction ended. */
export type TransactionOutcome = 'committed' | 'aborted' | 'unknown' | { readonly unknown: unknown };

/** What can be done inside a transaction, one thing after the other. */
export interface StageTransaction extends StateReader {
  /** Replaces the record where epoch and position are still these; false when they are not. */
  replace(expected: { readonly epoch: number; readonly to: Position }, record: StageRecord): Promise<boolean>;
  /** Applies the writes in order. */
  apply(writes: readonly StateWrite[]): Promise<void>;
}

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
