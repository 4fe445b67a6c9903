/** Places where a crash test kills the process, in the order in which a micro-batch passes them. */
export const killPoints = [
  /** The epoch is ours, nothing else happened. */
  'stage.claimed',
  /** Decided, nothing written. */
  'stage.read',
  /** Everything written, not committed. */
  'stage.transaction',
  /** Committed, not published. */
  'stage.committed',
  /** Published and confirmed. */
  'stage.published',
  /** A key's message is sealed, not published. */
  'keyed.sealed',
  /** A key's message is confirmed, the other keys may not be. */
  'keyed.published',
  /** All keys are confirmed, the position is not stored. */
  'keyed.confirmed',
  /** The position is stored. */
  'keyed.position',
] as const;

/** The name of one place. */
export type KillPoint = (typeof killPoints)[number];

/** Called at each place by the process under test; absent in the product. */
export type AtKillPoint = (point: KillPoint) => void | Promise<void>;
