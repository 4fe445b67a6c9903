import { batchTroubles, callTroubles, fileTroubles, hookTroubles, proofTroubles } from '@trunkline/testkit/simulator';

/** Fields of the platform, as far as the simulator does not look into them. */
export type Fields = Readonly<Record<string, unknown>>;

/** What can go wrong. */
export const facebookTroubles = {
  ...callTroubles,
  ...fileTroubles,
  ...hookTroubles,
  ...batchTroubles,
  ...proofTroubles,
  foreign: 'Hook: events of another page in the same call',
  receipt_missing: 'Takes the message, and never tells that it was delivered',
} as const;

/** One event: where it stands in an entry, and the field that has to be subscribed. */
export interface Event {
  readonly place: 'messaging' | 'standby' | 'changes';
  readonly field: string;
  readonly body: Fields;
}

/** The Page inbox, as an app. */
export const inboxAppId = '263902037430900';

const hourMs = 60 * 60_000;
export const limits = {
  windowMs: 24 * hourMs,
  humanAgentMs: 7 * 24 * hourMs,
  privateReplyMs: 7 * 24 * hourMs,
  imageBytes: 8 * 1_024 * 1_024,
  attachmentBytes: 25 * 1_024 * 1_024,
  textsASecond: 300,
  filmsASecond: 10,
  comment: 8_000,
};

/** Reactions by name. */
export const reactionNames: Readonly<Record<string, string>> = {
  '❤': 'love',
  '😆': 'haha',
  '😮': 'wow',
  '😢': 'sad',
  '😠': 'angry',
  '👍': 'like',
  '👎': 'dislike',
};

/** Fields that a page can subscribe an app to. */
export const subscribable = [
  ...['messages', 'messaging_postbacks', 'messaging_optins', 'message_deliveries', 'message_reads', 'message_echoes'],
  ...['message_reactions', 'message_edits', 'messaging_referrals', 'messaging_handovers', 'standby', 'feed'],
  ...['message_template_status_update', 'messaging_account_linking', 'messaging_policy_enforcement'],
];
