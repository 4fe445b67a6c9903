import { ConnectorError, type SendErrorCode } from '@trunkline/adapter-kit';

/** A refusal, in the platform's own words. */
export interface Failure {
  readonly status: number;
  readonly description: string;
  readonly retryAfterSeconds?: number | undefined;
  readonly migrateToChatId?: string | undefined;
}

/** Changes that make a refused call acceptable; each is tried once. */
export interface Fixes {
  /** The group became a supergroup: its new id. */
  readonly chatId?: string;
  readonly isPlain?: boolean;
  readonly isWithoutReply?: boolean;
  readonly isAsFile?: boolean;
  readonly isCaption?: boolean;
}

/** The same status says many things; the words tell them apart. The first row that fits counts. */
const rows: readonly (readonly [status: number, words: RegExp, code: SendErrorCode])[] = [
  [401, /./, 'auth_revoked'],
  [403, /blocked by the user|was kicked|not a member/i, 'recipient_blocked'],
  [403, /deactivated|can't initiate|was deleted|to bots/i, 'recipient_invalid'],
  [403, /./, 'permission'],
  [404, /method not found/i, 'unsupported'],
  [404, /./, 'auth_revoked'],
  [409, /./, 'permission'],
  [413, /./, 'too_large'],
  [
    400,
    /chat not found|peer_id_invalid|user not found|user_id_invalid|deactivated|thread not found/i,
    'recipient_invalid',
  ],
  [400, /not enough rights|no rights|admin|write_forbidden|send_\w+_forbidden|topic_closed/i, 'permission'],
  [400, /file is too big|too large/i, 'too_large'],
  [
    400,
    /wrong file|http url|webpage|wrong type|image_process|photo_|video_|voice_|file_reference|file part/i,
    'media_failed',
  ],
];

/** A refusal as our error. A group's limit pauses that group; whatever else is too much pauses the bot. */
export function connectorError(failure: Failure, isInGroup = false): ConnectorError {
  const { status, description, retryAfterSeconds } = failure;
  if (status === 429) {
    return new ConnectorError('retry_after', description, {
      retryAfterMs: (retryAfterSeconds ?? 5) * 1_000,
      scope: isInGroup ? 'conversation' : 'channel',
      platformCode: '429',
    });
  }
  return new ConnectorError(codeOf(failure), description, { platformCode: String(status) });
}

function codeOf({ status, description }: Failure): SendErrorCode {
  const row = rows.find(([rowStatus, words]) => rowStatus === status && words.test(description));
  if (row !== undefined) return row[2];
  return status >= 400 && status < 500 ? 'content_invalid' : 'transient';
}

/** True for a refusal that says: it is so already, or nobody waits for it any more. */
export function isAsWished({ status, description }: Failure): boolean {
  return status === 400 && /message is not modified|query is too old|query ID is invalid/i.test(description);
}

/** What to change before the call is made once more; undefined when nothing helps. A refusal did nothing, so this is safe. */
export function fixOf({ status, description, migrateToChatId }: Failure, done: Fixes): Fixes | undefined {
  if (status !== 400) return undefined;
  const fix = migrateToChatId === undefined ? fixByWords(description) : { chatId: migrateToChatId };
  const isNew = fix !== undefined && Object.keys(fix).every((name) => done[name as keyof Fixes] === undefined);
  return isNew ? { ...done, ...fix } : undefined;
}

function fixByWords(description: string): Fixes | undefined {
  if (/can't parse entities/i.test(description)) return { isPlain: true };
  if (/message to (be replied|reply) not found|quote/i.test(description)) return { isWithoutReply: true };
  if (/no text in the message to edit/i.test(description)) return { isCaption: true };
  return codeOf({ status: 400, description }) === 'media_failed' ? { isAsFile: true } : undefined;
}
