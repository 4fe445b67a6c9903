import type { Entry, ShownButton, ShownFile, ShownMark } from '../entries.ts';

/** One message as the window shows it. */
export interface Item {
  readonly key: string;
  readonly isMine: boolean;
  /** Number in the visitor's log; undefined until the server has it. */
  readonly seq?: number;
  readonly cid?: string;
  readonly atMs: number;
  readonly text: string;
  readonly marks: readonly ShownMark[];
  readonly file?: ShownFile;
  readonly author: string;
  /** Address of the author's picture. */
  readonly authorUrl?: string;
  readonly replyTo?: number;
  readonly buttons: readonly (readonly ShownButton[])[];
  readonly isEdited: boolean;
  readonly isDeleted: boolean;
}

/** The visitor's log as far as it is known here. */
export interface Log {
  readonly cursor: number;
  readonly items: readonly Item[];
}

/** A log of which nothing is known. */
export const emptyLog: Log = { cursor: 0, items: [] };

/** Takes the next entry; an entry that was taken before changes nothing. Pure. */
export function take(log: Log, { seq, at, event }: { seq: number; at: number; event: Entry }): Log {
  if (seq <= log.cursor) return log;
  return { cursor: seq, items: itemsWith(log.items, { seq, at, event }) };
}

function itemsWith(items: readonly Item[], { seq, at, event }: { seq: number; at: number; event: Entry }) {
  const bare = { key: `s${seq}`, seq, atMs: at, isEdited: false, isDeleted: false };
  if (event.from === 'visitor') {
    const { frame, file } = event;
    const text = frame.t === 'send' ? frame.text : frame.t === 'press' ? frame.title : writtenForm(frame);
    const replyTo = frame.t === 'send' ? frame.replyTo : undefined;
    const mine = { isMine: true, author: '', cid: frame.cid, key: frame.cid, text, marks: [], buttons: [] };
    return [...items, { ...bare, ...mine, ...(file && { file }), ...(replyTo !== undefined && { replyTo }) }];
  }
  switch (event.kind) {
    case 'message': {
      const { author, text, marks, file, replyTo, buttons } = event;
      const theirs = { isMine: false, author: author.name, authorUrl: author.avatarUrl, text, marks, buttons };
      return [...items, { ...bare, ...theirs, ...(file && { file }), ...(replyTo !== undefined && { replyTo }) }];
    }
    case 'edit': {
      // Of a message in several parts the first carries the new text.
      const [target, ...others] = event.targets;
      return items
        .filter((item) => item.seq === undefined || !others.includes(item.seq))
        .map((item) =>
          item.seq === target ? { ...item, text: event.text, marks: event.marks, isEdited: true } : item,
        );
    }
    case 'delete':
      return items.map((item) =>
        item.seq !== undefined && event.targets.includes(item.seq) ? withoutContent(item) : item,
      );
  }
}

function withoutContent({ file: _file, replyTo: _replyTo, ...item }: Item): Item {
  return { ...item, text: '', marks: [], buttons: [], isDeleted: true };
}

function writtenForm({ name, phone, email }: { name: string; phone: string; email: string }): string {
  return [name, phone, email].filter((line) => line !== '').join('\n');
}

/** Number of the operator's last message; 0 when there is none. Pure. */
export function lastTheirs({ items }: Log): number {
  return items.findLast((item) => !item.isMine)?.seq ?? 0;
}

/** How many messages of the operator came after a number. Pure. */
export function unreadAfter({ items }: Log, readUpTo: number): number {
  return items.filter((item) => !item.isMine && !item.isDeleted && (item.seq ?? 0) > readUpTo).length;
}
