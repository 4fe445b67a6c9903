import { callTroubles, fileTroubles, hookTroubles, proofTroubles } from '@trunkline/testkit/simulator';

/** Fields of a call, as far as the simulator does not look into them. */
export type Fields = Readonly<Record<string, unknown>>;

/** What can go wrong. */
export const networkTroubles = { ...callTroubles, ...fileTroubles, ...hookTroubles, ...proofTroubles } as const;

/** Limits of the protocol's page. */
export const limits = {
  text: 10_000,
  attachmentBytes: 30 * 1_024,
  callBytes: 256 * 1_024,
  callsInMinute: 180,
  weekMs: 7 * 24 * 60 * 60_000,
};

/** Refusals of the protocol's page, with the HTTP status of each. */
export const refusals = {
  NOT_FOUND: 404,
  INACTIVE: 403,
  OWN_LINE: 403,
  USER_MESSAGE_LIMIT: 403,
  ADDRESS_INVALID: 422,
  MESSAGE_EMPTY: 422,
  MESSAGE_OVERSIZE: 413,
  ATTACH_OVERSIZE: 413,
  TOO_MANY_CALLS: 429,
} as const;

/** A refusal in the protocol's form. Thrown by the doors, answered by the server. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  /** Without a name: the call proves nothing, or breaks the form. */
  constructor(error: keyof typeof refusals | '', status: number = error === '' ? 401 : refusals[error]) {
    super(error);
    this.status = status;
  }
}
