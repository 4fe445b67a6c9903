import { callTroubles, fileTroubles, hookTroubles, proofTroubles } from '@trunkline/testkit/simulator';

/** Fields of the platform, as far as the simulator does not look into them. */
export type Fields = Readonly<Record<string, unknown>>;

/** What can go wrong. */
export const viberTroubles = {
  ...callTroubles,
  ...fileTroubles,
  ...hookTroubles,
  ...proofTroubles,
  failed_later: 'Takes the message, then tells that it failed',
} as const;

/** Results by name, as they stand in `status` and `status_message`; HTTP says 200 always. */
export const statuses = {
  ok: 0,
  invalidUrl: 1,
  invalidAuthToken: 2,
  badData: 3,
  missingData: 4,
  receiverNotRegistered: 5,
  receiverNotSubscribed: 6,
  publicAccountBlocked: 7,
  publicAccountNotFound: 8,
  publicAccountSuspended: 9,
  webhookNotSet: 10,
  receiverNoSuitableDevice: 11,
  tooManyRequests: 12,
  apiVersionNotSupported: 13,
  incompatibleWithVersion: 14,
  publicAccountNotAuthorized: 15,
  inchatReplyMessageNotAllowed: 16,
  publicAccountIsNotInline: 17,
  noPublicChat: 18,
  cannotSendBroadcast: 19,
  broadcastNotAllowed: 20,
  unsupportedCountry: 21,
  paymentUnsupported: 22,
  freeMessagesExceeded: 23,
  noBalance: 24,
} as const;

export type StatusName = keyof typeof statuses;

/** A refusal in the platform's form. Thrown by methods, answered by the server. */
export class ViberRefusal extends Error {
  override readonly name = 'ViberRefusal';
  readonly status: number;

  constructor(status: StatusName, words: string = status) {
    super(words);
    this.status = statuses[status];
  }
}

/** Events that a hook may choose; messages and subscriptions come anyway. */
export const chosenEvents = ['delivered', 'seen', 'failed', 'subscribed', 'unsubscribed', 'conversation_started'];

export const limits = {
  bodyBytes: 30 * 1_024,
  /** To one person without an answer of theirs. */
  unansweredInHour: 100,
  broadcast: 300,
  online: 100,
  detailsIn12Hours: 2,
  /** Somebody who only opened the conversation may be written to for so long, once. */
  openedForMs: 5 * 60_000,
  /** A link to what somebody sent lives for so long. */
  linkLivesMs: 60 * 60_000,
};
