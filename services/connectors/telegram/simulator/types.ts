/** Fields of the Bot API, as far as the simulator reads them. Whatever else a method is given travels along unread. */
export type Fields = Record<string, unknown>;

export interface User {
  readonly id: number;
  readonly is_bot: boolean;
  readonly first_name: string;
  readonly last_name?: string;
  readonly username?: string;
  readonly language_code?: string;
}

export interface Chat {
  readonly id: number;
  readonly type: 'private' | 'group' | 'supergroup';
  readonly title?: string;
  readonly is_forum?: true;
  readonly first_name?: string;
  readonly last_name?: string;
  readonly username?: string;
}

export interface Entity {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  readonly url?: string;
  readonly language?: string;
  readonly user?: Pick<User, 'id'>;
}

export interface Message {
  readonly message_id: number;
  readonly date: number;
  readonly chat: Chat;
  readonly from?: User;
  readonly text?: string;
  readonly entities?: readonly Entity[];
  readonly caption?: string;
  readonly reply_markup?: Fields;
  readonly [field: string]: unknown;
}

export interface Update {
  readonly update_id: number;
  readonly [kind: string]: unknown;
}

/** A file that came with a request. */
export interface UploadedFile {
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

/** A request, whichever of the platform's four ways it came in. */
export interface Call {
  readonly method: string;
  readonly params: Fields;
  readonly files: ReadonlyMap<string, UploadedFile>;
  /** Aborts when the caller goes away. */
  readonly signal: AbortSignal;
}
