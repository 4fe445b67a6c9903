import type { HookCaller } from '@trunkline/testkit/simulator';
import { type Account, type Group, newWamid, nextNumber, type Person, timestamp, userIdOf } from './account.ts';
import { around, contactOf, senderOf } from './hook.ts';
import type { Change, Fields } from './types.ts';

/** Who does something, and where: in the chat with the number, or in a group. */
export interface Where {
  readonly from: string;
  readonly chat?: string;
}

/** What may come with anything that is written. */
export interface Extras {
  /** The wamid that it answers. */
  readonly replyTo?: string;
  /** Further fields of the message: referral, context… */
  readonly more?: Fields;
}

/** A person as a test, a shell or a page names them. */
export interface PersonGiven {
  readonly id?: string;
  readonly name?: string;
  readonly phone?: string;
  readonly username?: string;
  /** Their number is not shown: only their user id is. */
  readonly hidesPhone?: boolean;
  readonly isOffline?: boolean;
  readonly hasReceipts?: boolean;
}

/** Who there is, and how something that they do is told. */
export interface Telling {
  personOf(id: string): Person;
  groupOf(id: string): Group;
  /** A new person, or a known one as they are now. Named by their phone, or by their user id when they hide it. */
  person(given?: PersonGiven): Person;
  /** Tells a message of theirs; gives its id. */
  say(where: Where, content: Fields & { readonly type: string }, extras?: Extras): string;
  /** Puts it into the chat that they see. */
  show(where: Where, id: string, what: object): void;
}

/** People of an account. All throw for whom there is not. */
export function createTelling(account: Account, hook: HookCaller<Change>): Telling {
  function personOf(id: string): Person {
    const person = account.people.get(String(id));
    if (person === undefined) throw new Error('there is no such person');
    return person;
  }

  function groupOf(id: string): Group {
    const group = account.groups.get(id);
    if (group === undefined) throw new Error('there is no such group');
    return group;
  }

  function person(given: PersonGiven = {}): Person {
    const known = account.people.get(given.id ?? '');
    const isUserId = given.id?.includes('.') === true;
    const phone = given.phone ?? (isUserId ? undefined : given.id) ?? `7999${String(nextNumber(account)).slice(-7)}`;
    const isHidden = given.hidesPhone ?? (isUserId || (known !== undefined && known.phone === undefined));
    const userId = isUserId && given.id !== undefined ? given.id : (known?.userId ?? userIdOf(phone));
    const { name = known?.name ?? 'Anna K', username = known?.username, isOffline = false, hasReceipts = true } = given;
    const id = known?.id ?? (isHidden ? userId : phone);
    const shown = isHidden ? undefined : phone;
    const one: Person = {
      lastWroteAtMs: undefined,
      access: 'open',
      ...known,
      id,
      name,
      phone: shown,
      userId,
      username,
      isOffline,
      hasReceipts,
    };
    account.people.set(id, one);
    return one;
  }

  function say(
    { from, chat }: Where,
    content: Fields & { readonly type: string },
    { replyTo, more }: Extras = {},
  ): string {
    const who = personOf(from);
    const group = chat === undefined || chat === from ? undefined : groupOf(chat);
    if (group !== undefined && !group.members.has(who.id)) throw new Error('they are not in that group');
    const id = newWamid(account, who.id);
    if (group === undefined) who.lastWroteAtMs = account.now();
    account.received.set(id, group?.id ?? who.id);
    const context =
      replyTo === undefined
        ? {}
        : { context: { from: account.sent.has(replyTo) ? account.phone : who.phone, id: replyTo } };
    const place = group === undefined ? {} : { group_id: group.id };
    const message = { ...senderOf(who), id, timestamp: timestamp(account), ...place, ...context, ...content, ...more };
    hook.push({ field: 'messages', value: { ...around(account), contacts: [contactOf(who)], messages: [message] } });
    return id;
  }

  function show({ from, chat = from }: Where, id: string, what: object): void {
    const name = chat === from ? {} : { name: personOf(from).name };
    account.chats.add(chat, { id, by: 'client', ...name, ...what });
  }

  return { personOf, groupOf, person, say, show };
}
