import { type Chats, createTroubles, type KeptFile, type Trouble, type Troubles } from '@trunkline/testkit/simulator';
import { type Fields, instagramTroubles } from './types.ts';

/** One professional account, the app that is let in, and everything around them. */
export interface Account {
  readonly id: string;
  readonly username: string;
  /** Of the Facebook page that it is linked to: the other way to connect. */
  readonly pageId: string;
  readonly pageToken: string;
  readonly userToken: string;
  readonly appId: string;
  readonly appSecret: string;
  readonly needsProof: boolean;
  readonly people: Map<string, Person>;
  readonly posts: Map<string, Post>;
  readonly comments: Map<string, Comment>;
  readonly files: Map<string, KeptFile & { readonly untilMs?: number }>;
  readonly troubles: Troubles<keyof typeof instagramTroubles>;
  readonly chats: Chats;
  readonly now: () => number;
  token: string;
  tokenMadeAtMs: number;
  hook: { readonly url: string; readonly verifyToken: string } | undefined;
  /** Undefined: the app is not subscribed to the account. */
  subscribed: readonly string[] | undefined;
  isRevoked: boolean;
  lastNumber: number;
}

export interface Person {
  /** Scoped to the account. */
  readonly id: string;
  readonly name: string;
  readonly username: string;
  lastActedAtMs: number | undefined;
  isBlocked: boolean;
}

export interface Post {
  readonly id: string;
  readonly caption: string;
  readonly atMs: number;
  isOpen: boolean;
}

export interface Comment {
  readonly id: string;
  readonly postId: string;
  readonly parentId: string | undefined;
  readonly from: { readonly id: string; readonly username: string };
  readonly text: string;
  readonly atMs: number;
  isHidden: boolean;
  isAnsweredPrivately: boolean;
}

export type InstagramTrouble = Trouble<keyof typeof instagramTroubles>;

/** A new account with one post, that nobody has written to. */
export function createAccount(names: Partial<Account>, chats: Chats, now: () => number): Account {
  const post = { id: '17895695668004550', caption: 'New colours', atMs: now(), isOpen: true };
  return {
    id: '17841400000000000',
    username: 'trunkline_shop',
    pageId: '1020304050',
    pageToken: 'EAAG-simulated-page-token',
    userToken: 'EAAG-simulated-user-token',
    appId: '990011223344',
    appSecret: 'simulated-instagram-secret',
    needsProof: false,
    people: new Map(),
    posts: new Map([[post.id, post]]),
    comments: new Map(),
    files: new Map(),
    troubles: createTroubles(instagramTroubles),
    chats,
    now,
    token: 'IGAA-simulated-token',
    tokenMadeAtMs: now(),
    hook: undefined,
    subscribed: undefined,
    isRevoked: false,
    lastNumber: Math.floor(now() / 1_000),
    ...names,
  };
}

/** The next number of whatever gets one; it grows over a restart. */
export function nextNumber(account: Account): number {
  account.lastNumber += 1;
  return account.lastNumber;
}

/** A message's id, as long as the real ones. */
export function newMid(account: Account): string {
  return `aWdfZAG1${Buffer.from(`${account.id}:simulated:${nextNumber(account)}`).toString('base64url')}`;
}

/** A person by id. Throws when there is none. */
export function personOf({ people }: Account, id: string): Person {
  const person = people.get(String(id));
  if (person === undefined) throw new Error('there is no such person');
  return person;
}

/** Keeps a file, for so long if said; gives its key. */
export function keepFile(account: Account, file: KeptFile, livesMs?: number): string {
  const key = `f${nextNumber(account)}`;
  account.files.set(key, livesMs === undefined ? file : { ...file, untilMs: account.now() + livesMs });
  return key;
}

/** A file that is still there. */
export function fileAt({ files, now }: Account, key: string): KeptFile | undefined {
  const file = files.get(key);
  return file?.untilMs !== undefined && file.untilMs < now() ? undefined : file;
}

/** Another account's event, for calls that bring several. */
export function foreignEntry({ now }: Account): Fields {
  const message = { mid: 'aWdfZAG1foreign', text: 'for somebody else' };
  const messaging = [{ sender: { id: '1' }, recipient: { id: '17841499999999999' }, timestamp: now(), message }];
  return { id: '17841499999999999', time: now(), messaging };
}
