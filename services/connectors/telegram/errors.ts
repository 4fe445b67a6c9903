import { ConnectorError, type SendErrorCode } from '@trunkline/adapter-kit';

/** A refusal, in the platform's own words. */
export interface Failure {
  readonly status: number;
  readonly description: string;
  readonly retryAfterSeconds?: number | undefined;
  readonly migrateToChatId?: string | undefined;
}

/** Thrown for a refusal. A group's limit pauses that group; whatever else is too much pauses the bot. */
export class Refusal extends ConnectorError {
  readonly failure: Failure;

  constructor(failure: Failure, isInGroup = false) {
    const { status, description, retryAfterSeconds = 5 } = failure;
    const wait = { retryAfterMs: retryAfterSeconds * 1_000, scope: isInGroup ? 'conversation' : 'channel' } as const;
    super(codeOf(failure), description, { platformCode: String(status), ...(status === 429 ? wait : {}) });
    this.failure = failure;
  }
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

const noPerson = /chat not found|peer_id_invalid|user not found|user_id_invalid|deactivated|thread not found/i;
const noRight = /not enough rights|no rights|admin|write_forbidden|send_\w+_forbidden|topic_closed/i;
const noFile = /wrong file|http url|webpage|wrong type|image_process|photo_|video_|voice_|file_reference|file part/i;

/** The same status says many things; the words tell them apart. The first row that fits counts. */
const rows: readonly (readonly [status: number, words: RegExp, code: SendErrorCode])[] = [
  [429, /^/, 'retry_after'],
  [401, /^/, 'auth_revoked'],
  [403, /blocked by the user|was kicked|not a member/i, 'recipient_blocked'],
  [403, /deactivated|can't initiate|was deleted|to bots/i, 'recipient_invalid'],
  [403, /^/, 'permission'],
  [404, /method not found/i, 'unsupported'],
  [404, /^/, 'auth_revoked'],
  [409, /^/, 'permission'],
  [413, /^/, 'too_large'],
  [400, noPerson, 'recipient_invalid'],
  [400, noRight, 'permission'],
  [400, /file is too big|too large/i, 'too_large'],
  [400, noFile, 'media_failed'],
];

function codeOf({ status, description }: Failure): SendErrorCode {
  const row = rows.find(([rowStatus, words]) => rowStatus === status && words.test(description));
  return row?.[2] ?? (status >= 400 && status < 500 ? 'content_invalid' : 'transient');
}

/** A basic group shuts nobody out, so nobody has to be let in again. */
const asWished = /not modified|query is too old|query ID is invalid|available for supergroup/i;

/** True for a refusal that says: it is so already, or nobody waits for it any more. */
export function isAsWished({ status, description }: Failure): boolean {
  return status === 400 && asWished.test(description);
}

/** What to change before the call is made once more; undefined when nothing helps. A refusal did nothing, so this is safe. */
export function fixOf(failure: Failure, done: Fixes): Fixes | undefined {
  const fix = failure.status === 400 ? wantedFix(failure) : undefined;
  const isNew = fix !== undefined && Object.keys(fix).every((name) => done[name as keyof Fixes] === undefined);
  return isNew ? { ...done, ...fix } : undefined;
}

function wantedFix(failure: Failure): Fixes | undefined {
  const { description, migrateToChatId: chatId } = failure;
  if (chatId !== undefined) return { chatId };
  if (/can't parse entities/i.test(description)) return { isPlain: true };
  if (/message to (be replied|reply) not found|quote/i.test(description)) return { isWithoutReply: true };
  if (/no text in the message to edit/i.test(description)) return { isCaption: true };
  return codeOf(failure) === 'media_failed' ? { isAsFile: true } : undefined;
}
