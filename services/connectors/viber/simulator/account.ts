import { randomBytes } from 'node:crypto';
import { type Chats, createTroubles, type KeptFile, type Trouble, type Troubles } from '@trunkline/testkit/simulator';
import { chosenEvents, limits, viberTroubles } from './types.ts';

/** One bot with the people around it. */
export interface Account {
  readonly id: string;
  readonly uri: string;
  readonly name: string;
  readonly token: string;
  readonly people: Map<string, Person>;
  readonly files: Map<string, KeptFile & { readonly untilMs: number }>;
  readonly troubles: Troubles<keyof typeof viberTroubles>;
  readonly chats: Chats;
  readonly now: () => number;
  isRevoked: boolean;
  hook: { readonly url: string; readonly events: readonly string[] } | undefined;
  lastToken: bigint;
}

/** A person as the bot knows them. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly language: string;
  readonly country: string;
  /** Of their client: what it can show. */
  readonly apiVersion: number;
  isSubscribed: boolean;
  /** When they opened the conversation; used up by the one message that this allows. */
  openedAtMs: number | undefined;
  /** When they were written to since they last wrote. */
  unanswered: number[];
  detailsAskedAt: number[];
  access: 'open' | 'not_registered' | 'no_device';
  isOffline: boolean;
}

export type ViberTrouble = Trouble<keyof typeof viberTroubles>;

/** A new bot that nobody has written to. */
export function createAccount(names: Partial<Account>, chats: Chats, now: () => number): Account {
  return {
    id: 'pa:5829374650192837',
    uri: 'trunklineshop',
    name: 'Shop',
    token: '4dc2aa11f0e9b7c5-8a1fbb22d3c4e5f6-77cecc33a1b2c3d4',
    people: new Map(),
    files: new Map(),
    troubles: createTroubles(viberTroubles),
    chats,
    now,
    isRevoked: false,
    hook: undefined,
    lastToken: 0n,
    ...names,
  };
}

const tokensAMillisecond = 3_260_228n;

/** The next message token: made of the time, above 2^53, growing. */
export function nextToken(account: Account): bigint {
  const byTime = BigInt(account.now()) * tokensAMillisecond;
  account.lastToken = byTime > account.lastToken ? byTime : account.lastToken + 1n;
  return account.lastToken;
}

/** A person by id. Throws when there is none. */
export function personOf({ people }: Account, id: string): Person {
  const person = people.get(id);
  if (person === undefined) throw new Error('there is no such person');
  return person;
}

/** Makes a person; ids look like the platform's. */
export function newPerson(given: Partial<Person>): Person {
  return {
    id: `${randomBytes(12).toString('base64')}==`.replace(/=+$/, '=='),
    name: 'Anna',
    language: 'ru',
    country: 'RU',
    apiVersion: 10,
    isSubscribed: false,
    openedAtMs: undefined,
    unanswered: [],
    detailsAskedAt: [],
    access: 'open',
    isOffline: false,
    ...given,
  };
}

/** Keeps a file under a link that dies after an hour. */
export function keepFile(account: Account, file: KeptFile): string {
  const id = randomBytes(9).toString('base64url');
  account.files.set(id, { ...file, untilMs: account.now() + limits.linkLivesMs });
  return id;
}

/** Events that the hook is told: those chosen, and those that cannot be filtered away. */
export function wantsEvent({ hook }: Account, event: string): boolean {
  return hook !== undefined && (!chosenEvents.includes(event) || hook.events.includes(event));
}
