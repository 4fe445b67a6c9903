import { callTroubles, fileTroubles, hookTroubles, proofTroubles } from '@trunkline/testkit/simulator';

/** Fields of the platform, as far as the simulator does not look into them. */
export type Fields = Readonly<Record<string, unknown>>;

/** What can go wrong. */
export const vkTroubles = {
  ...callTroubles,
  ...fileTroubles,
  ...hookTroubles,
  ...proofTroubles,
  code_changes: 'The confirmation code changes when a server is added',
  events_lost: 'Long poll: events are lost (failed: 1)',
  key_expired: 'Long poll: the key is no longer good (failed: 2)',
  poll_reset: 'Long poll: key and place are no longer good (failed: 3)',
  poll_strange: 'Long poll: a failure that nobody knows (failed: 4)',
} as const;

const meanings: Readonly<Record<number, string>> = {
  1: 'Unknown error occurred',
  3: 'Unknown method passed',
  5: 'User authorization failed: invalid access_token (4).',
  6: 'Too many requests per second',
  7: 'Permission to perform this action is denied',
  8: 'Invalid request: v is required',
  9: 'Flood control',
  10: 'Internal server error',
  15: 'Access denied',
  18: 'User was deleted or banned',
  22: 'Upload error',
  27: 'Group authorization failed',
  100: 'One of the parameters specified was missing or invalid',
  113: 'Invalid user id',
  213: 'Access to status replies denied',
  222: 'Hyperlinks are forbidden',
  223: 'Too many replies',
  900: "Can't send messages for users from blacklist",
  901: "Can't send messages for users without permission",
  902: "Can't send messages to this user due to their privacy settings",
  909: "Can't edit this message, because it's too old",
  911: 'Keyboard format is invalid',
  912: 'This is a chat bot feature, change this status in settings',
  913: 'Too many forwarded messages',
  914: 'Message is too long',
  917: "You don't have access to this chat",
  920: "Can't edit this kind of message",
  925: 'You are not admin of this chat',
  935: 'User not found in chat',
  924: "Can't delete this message for everybody",
};

/** A refusal in the platform's form: HTTP says 200. Thrown by methods, answered by the server. */
export class VkError extends Error {
  override readonly name = 'VkError';
  readonly code: number;

  constructor(code: number, details?: string) {
    const meaning = meanings[code] ?? 'Error';
    super(details === undefined ? meaning : `${meaning}: ${details}`);
    this.code = code;
  }
}

/** Peers of chats begin here. */
export const chatBase = 2_000_000_000;

export const limits = {
  text: 4_096,
  attachments: 10,
  servers: 10,
  secret: /^[a-zA-Z0-9]{0,50}$/,
  title: 14,
  requestsASecond: 20,
  /** The platform remembers a random_id for so long. */
  randomIdMs: 60 * 60_000,
  /** An own message may be changed or deleted for so long. */
  changeableMs: 24 * 60 * 60_000,
  /** A press may be answered for so long. */
  pressMs: 60_000,
  photoBytes: 50 * 1_024 * 1_024,
  docBytes: 200 * 1_024 * 1_024,
};

const commentEvents = ['wall_reply', 'photo_comment', 'video_comment', 'market_comment', 'board_post'].flatMap(
  (about) => ['new', 'edit', 'delete', 'restore'].map((verb) => `${about}_${verb}`),
);

/** Events that a server or a long poll can be told. */
export const eventTypes = [
  ...['message_new', 'message_reply', 'message_edit', 'message_event', 'message_allow', 'message_deny', 'message_read'],
  ...['message_typing_state', 'message_reaction_event', ...commentEvents, 'group_join', 'group_leave'],
];

/** Reactions by number, as far as a page shows them. */
export const reactionsShown = ['❤', '🔥', '😂', '👍', '💩', '❓', '😭', '😡'];
