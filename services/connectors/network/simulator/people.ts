import { randomBytes, randomUUID } from 'node:crypto';
import type { HookCaller, MediaKind } from '@trunkline/testkit/simulator';
import { type Account, hmac, lineOf, nameOf, type Person, type Seat, seatOf, secret } from './account.ts';
import { told, type Word } from './caller.ts';
import type { Fields } from './types.ts';

interface Where {
  /** The person who joined a line, or the name of the partner that the line answers. */
  readonly from: string;
}
interface About extends Where {
  readonly message: string;
}

const shownKinds: Readonly<Record<string, MediaKind>> = {
  image: 'image',
  video: 'video',
  audio: 'audio',
  sticker: 'sticker',
};

/** What people do at their seats. Each makes the calls of the protocol, and throws for what cannot be. */
export function createPeople(account: Account, caller: HookCaller<Word>, url: () => string) {
  const { chats, people, seats } = account;

  /** Somebody who may join lines: another installation's company. */
  function person(given: Partial<Person> = {}): Person {
    const known = people.get(given.id ?? '');
    const fresh = { id: randomBytes(6).toString('hex'), name: 'Acme', own: secret(), place: randomUUID() };
    const one = { ...fresh, ...known, ...given };
    people.set(one.id, one);
    return one;
  }

  /** Joins a line by the address that its owner gives away. Tells the status. */
  async function join({ from, address, start, tenant }: Where & { address: string; start?: string; tenant?: string }) {
    const who = people.get(from);
    if (who === undefined) throw new Error('there is no such person');
    const { origin, pathname, hash, searchParams } = new URL(address);
    const line = lineOf(hash.slice(1));
    const ends = { from: nameOf(who.own), to: line, name: who.name, url: `${origin}${pathname}` };
    const seat: Seat = {
      ...{
        id: from,
        side: 'partner',
        ...ends,
        ownUrl: `${url()}${account.prefix}/hooks/network/${who.place}`,
        key: hash.slice(1),
      },
      ...{ firstWord: undefined, hasWritten: false, hasLeft: false },
    };
    const given = start ?? searchParams.get('start') ?? '';
    const company = { tenant: tenant ?? hmac(who.own, line).slice(0, 32) };
    const body = JSON.stringify(
      told(account, { seat, fields: { type: 'join', ...company, ...(given && { start: given }) } }),
    );
    const proof = { 'network-proof': who.own, 'network-from': seat.from, 'network-signature': hmac(seat.key, body) };
    const headers = { 'content-type': 'application/json', ...proof };
    const answer = await fetch(`${seat.url}/join`, { method: 'POST', headers, body });
    if (answer.status !== 200) return { status: answer.status, error: await errorOf(answer) };
    const { name, key } = (await answer.json()) as { name: string; key: string };
    seats.set(from, { ...seat, key });
    chats.of(from).title = name;
    return { status: 200, error: '' };
  }

  /** Numbers grow; a line's are odd. */
  function numbered(seat: Seat): { readonly id: string; readonly number: string } {
    const last = (account.numbers.get(seat.id) ?? 0) + 2;
    account.numbers.set(seat.id, last);
    return { id: `${randomUUID()}.0`, number: String(last + (seat.side === 'line' ? 1 : 0)) };
  }

  function tell(from: string, fields: Fields): void {
    caller.push({ seat: seatOf(account, from), fields });
  }

  function say(from: string, content: Fields, shown: object, more: Fields = {}): string {
    const seat = seatOf(account, from);
    seat.hasWritten = true;
    const placed = numbered(seat);
    tell(from, { type: 'message', ...placed, content, isAutomatic: false, ...more });
    chats.add(from, { id: placed.number, by: 'client', ...shown });
    return placed.number;
  }

  function attach({ from, kind, caption, ...given }: Where & Attached): string {
    const bytes = given.bytes ?? Buffer.from(given.base64 ?? '', 'base64');
    const { mimeType = 'application/octet-stream', name = `${kind}.bin` } = given;
    const file = randomBytes(9).toString('base64url');
    account.files.set(file, { bytes, mimeType, name });
    const media = { url: `${url()}/files/${file}`, mimeType, name, sizeBytes: bytes.length };
    const words = caption === undefined ? {} : { caption: { plain: caption } };
    return say(from, { [kind]: { media, ...words } }, { media: { kind: shownKinds[kind] ?? 'file', file, name } });
  }

  return {
    person,
    join,
    write: ({ from, text, replyTo, ...more }: Where & { text: string; replyTo?: string }) =>
      say(from, { text: { plain: text } }, { text }, { ...(replyTo && { replyTo }), ...more }),
    attach,
    /** Sends anything else that there is: {location: …}. */
    send: ({ from, content }: Where & { content: Fields }) =>
      say(from, content, { text: `[${Object.keys(content)[0]}]` }),
    shareLocation: ({ from, latitude, longitude }: Where & { latitude: number; longitude: number }) =>
      say(from, { location: { latitude, longitude } }, { place: { latitude, longitude } }),
    edit: ({ from, message, text }: About & { text: string }) => {
      tell(from, {
        type: 'edit',
        ...numbered(seatOf(account, from)),
        target: message,
        content: { text: { plain: text } },
      });
      chats.change(from, message, { text, isEdited: true });
    },
    remove: ({ from, message }: About) => {
      tell(from, { type: 'delete', ...numbered(seatOf(account, from)), targets: [message] });
      chats.change(from, message, { isDeleted: true });
    },
    react: ({ from, message, emoji }: About & { emoji: string }) => {
      const reactions = emoji === '' ? [] : [emoji];
      tell(from, { type: 'reaction', ...numbered(seatOf(account, from)), target: message, reactions });
      chats.change(from, message, { reactions });
    },
    read: ({ from }: Where) => {
      const last = chats.of(from).messages.findLast(({ by }) => by === 'account');
      if (last !== undefined) tell(from, { type: 'read', upTo: String(last.id) });
    },
    /** Tells the line where one is called now. */
    tellMoved: ({ from }: Where) => tell(from, { type: 'moved' }),
    type: ({ from }: Where) => tell(from, { type: 'typing', isOn: true }),
    leave: ({ from }: Where) => {
      tell(from, { type: 'leave' });
      chats.of(from).state = 'left';
      chats.tell();
    },
  };
}

interface Attached {
  readonly kind: string;
  readonly bytes?: Uint8Array;
  readonly base64?: string;
  readonly name?: string;
  readonly mimeType?: string;
  readonly caption?: string;
}

async function errorOf(answer: Response): Promise<string> {
  const text = await answer.text();
  return text.startsWith('{') ? String((JSON.parse(text) as { error?: string }).error ?? '') : '';
}
