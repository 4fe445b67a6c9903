import type { MessageState } from '@trunkline/contracts';

/** What is known of one part of an outgoing message. */
export interface PartDocument {
  readonly state: MessageState;
  readonly platformIds: readonly string[];
  readonly error?: PartError;
  /** When what became of it was told. */
  readonly atMs?: number;
  /** When the call began that the platform took, by our clock: no receipt of earlier times is about it. */
  readonly calledAtMs?: number;
  /** The platform's own time of it: it counts more. */
  readonly takenAtMs?: number;
  /** It is not sent, and certainly nothing of it arrived. */
  readonly isCertain?: true;
}

/** One message on the platform that a message of ours consists of. */
export interface StandingPart {
  /** The message that it was sent with: the same one, or an edit of it that went on in a new message. */
  readonly messageId: string;
  readonly part: number;
  readonly isText: boolean;
}

/** Why a part failed. */
export interface PartError {
  readonly code: string;
  readonly platformCode: string;
  readonly text: string;
  readonly retryAfterMs: number;
}
