import type { ChatState } from '../chat.ts';
import type { Item } from '../log.ts';

/** What became of a message of the visitor's. */
export type Fate = 'waiting' | 'sending' | 'failed' | 'sent' | 'seen';

/** A message as the window shows it, in its place among the others. */
export interface ShownMessage {
  readonly item: Item;
  /** Of the visitor's own messages. */
  readonly fate: Fate | undefined;
  readonly error: string | undefined;
  /** The first of somebody's run of messages carries the name, the last the time. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** Begins a day: what is above was written on another one. */
  readonly beginsDay: boolean;
}

type WaitingFrame = ChatState['waiting'][number];

/** Messages of one person, written within this time, are one run. */
const runMs = 5 * 60_000;

/** Everything that the window shows, oldest first: the log, and below it what the server does not have yet. Pure. */
export function shownMessages(state: ChatState): readonly ShownMessage[] {
  const { items, waiting, seenUpTo, link } = state;
  const unsent = new Map(waiting.map((each) => [each.frame.cid, each]));
  const logged = new Set(items.map(({ cid }) => cid));
  const fresh = waiting.filter(({ frame }) => !logged.has(frame.cid)).map(itemOf);
  const firstUnsent = waiting.find(({ error, isStored }) => error === undefined && !isStored);
  const fateOf = ({ isMine, cid = '', seq = 0 }: Item): Fate | undefined => {
    const frame = unsent.get(cid);
    if (!isMine) return undefined;
    if (!frame || frame.isStored) return seq > 0 && seq <= seenUpTo ? 'seen' : 'sent';
    if (frame.error !== undefined) return 'failed';
    return link === 'online' && frame === firstUnsent ? 'sending' : 'waiting';
  };
  const all = [...items, ...fresh].map((item) => ({ item, fate: fateOf(item) }));
  return all.map(({ item, fate }, index) => ({
    item,
    fate,
    error: unsent.get(item.cid ?? '')?.error,
    isFirst: !isOneRun(all[index - 1], { item, fate }),
    isLast: !isOneRun({ item, fate }, all[index + 1]),
    beginsDay: dayOf(all[index - 1]?.item) !== dayOf(item),
  }));
}

function isOneRun(one: Fated | undefined, next: Fated | undefined): boolean {
  if (!one || !next || one.fate !== next.fate || one.item.buttons.length > 0) return false;
  const [a, b] = [one.item, next.item];
  const isClose = b.atMs - a.atMs < runMs && dayOf(a) === dayOf(b);
  return isClose && a.isMine === b.isMine && a.author === b.author && one.fate !== 'failed';
}

interface Fated {
  readonly item: Item;
  readonly fate: Fate | undefined;
}

function dayOf(item: Item | undefined): string {
  return item === undefined ? '' : new Date(item.atMs).toDateString();
}

function itemOf({ frame, file, atMs }: WaitingFrame): Item {
  const text = frame.t === 'send' ? frame.text : frame.t === 'press' ? frame.title : frame.name;
  const shown = file && { file: { ...file, url: '' } };
  const bare = { isMine: true, author: '', marks: [], buttons: [], isEdited: false, isDeleted: false };
  return { ...bare, key: frame.cid, cid: frame.cid, atMs, text, ...shown };
}
