import { batchTroubles, callTroubles, fileTroubles, hookTroubles, proofTroubles } from '@trunkline/testkit/simulator';

/** Fields of the platform, as far as the simulator does not look into them. */
export type Fields = Readonly<Record<string, unknown>>;

/** What can go wrong. */
export const instagramTroubles = {
  ...callTroubles,
  ...fileTroubles,
  ...hookTroubles,
  ...batchTroubles,
  ...proofTroubles,
  foreign: 'Hook: events of another account in the same call',
  unheard_comments: 'Comments are not told: they have to be fetched',
} as const;

/** One event: where it stands in an entry, and the field that has to be subscribed. */
export interface Event {
  readonly place: 'messaging' | 'changes';
  readonly field: string;
  readonly body: Fields;
}

const hourMs = 60 * 60_000;
export const limits = {
  /** Of UTF-8, not letters. */
  textBytes: 1_000,
  comment: 2_200,
  hashtags: 4,
  windowMs: 24 * hourMs,
  humanAgentMs: 7 * 24 * hourMs,
  privateReplyMs: 7 * 24 * hourMs,
  imageBytes: 8 * 1_024 * 1_024,
  fileBytes: 25 * 1_024 * 1_024,
  /** A story is gone after that, and what mentions it with it. */
  storyMs: 24 * hourMs,
  tokenDayMs: 24 * hourMs,
  sendsASecond: 300,
  filmsASecond: 10,
  privateRepliesAnHour: 750,
};

/** Types of files that may be sent. */
export const sendable: Readonly<Record<string, readonly string[]>> = {
  image: ['image/png', 'image/jpeg', 'image/gif'],
  video: ['video/mp4', 'video/ogg', 'video/quicktime', 'video/webm', 'video/avi'],
  audio: ['audio/aac', 'audio/mp4', 'audio/m4a', 'audio/x-m4a', 'audio/wav', 'audio/mpeg'],
  file: ['application/pdf'],
};

/** Fields that an account can subscribe an app to. */
export const subscribable = [
  ...['messages', 'messaging_postbacks', 'messaging_seen', 'message_reactions', 'messaging_referral', 'message_edit'],
  ...['comments', 'live_comments', 'mentions', 'messaging_handover', 'standby'],
];
