import { type Chats, createTroubles, type KeptFile, type Trouble, type Troubles } from '@trunkline/testkit/simulator';
import { type Fields, facebookTroubles, inboxAppId } from './types.ts';

/** One page, the app that is let in, and everything around them. */
export interface Page {
  readonly id: string;
  readonly name: string;
  readonly token: string;
  readonly userToken: string;
  readonly appId: string;
  readonly appSecret: string;
  readonly needsProof: boolean;
  readonly people: Map<string, Person>;
  readonly comments: Map<string, Comment>;
  readonly posts: Map<string, Post>;
  readonly files: Map<string, KeptFile>;
  /** Attachments that were uploaded, by id: their type and file. */
  readonly attachments: Map<string, { readonly type: string; readonly file: string }>;
  /** By name and language. */
  readonly templates: Map<string, Template>;
  readonly profile: Record<string, unknown>;
  readonly troubles: Troubles<keyof typeof facebookTroubles>;
  readonly chats: Chats;
  readonly now: () => number;
  hook: { readonly url: string; readonly verifyToken: string } | undefined;
  /** Undefined: the app is not subscribed to the page. */
  subscribed: readonly string[] | undefined;
  isRevoked: boolean;
  lastNumber: number;
}

/** A person as the page knows them. */
export interface Person {
  /** Page-scoped. */
  readonly id: string;
  readonly name: string;
  lastActedAtMs: number | undefined;
  isBlocked: boolean;
  /** Which app controls the thread; nobody's is idle. */
  owner: string | undefined;
}

export interface Post {
  readonly id: string;
  readonly from: { readonly id: string; readonly name: string };
  readonly message: string;
  readonly createdAtMs: number;
}

export interface Comment {
  readonly id: string;
  readonly postId: string;
  readonly parentId: string;
  readonly from: { readonly id: string; readonly name: string };
  readonly createdAtMs: number;
  message: string;
  isHidden: boolean;
  isLiked: boolean;
  isAnsweredPrivately: boolean;
  isDeleted: boolean;
}

export interface Template {
  readonly id: string;
  readonly name: string;
  readonly language: string;
  readonly category: string;
  readonly components: readonly TemplateComponent[];
  status: string;
}

export interface TemplateComponent {
  readonly type: string;
  readonly format?: string | undefined;
  readonly text?: string | undefined;
  readonly buttons?: readonly TemplateButton[] | undefined;
}

export interface TemplateButton {
  readonly type: string;
  readonly text: string;
  readonly url?: string | undefined;
  readonly payload?: string | undefined;
}

export type FacebookTrouble = Trouble<keyof typeof facebookTroubles>;

/** A new page that nobody has written to. */
export function createPage(names: Partial<Page>, chats: Chats, now: () => number): Page {
  return {
    id: '1020304050',
    name: 'Shop',
    token: 'EAAG-simulated-page-token',
    userToken: 'EAAG-simulated-user-token',
    appId: '774411220033',
    appSecret: 'simulated-app-secret',
    needsProof: false,
    people: new Map(),
    comments: new Map(),
    posts: new Map(),
    files: new Map(),
    attachments: new Map(),
    templates: new Map(),
    profile: {},
    troubles: createTroubles(facebookTroubles),
    chats,
    now,
    hook: undefined,
    subscribed: undefined,
    isRevoked: false,
    lastNumber: Math.floor(now() / 1_000),
    ...names,
  };
}

/** The next number of whatever gets one; it grows over a restart. */
export function nextNumber(page: Page): number {
  page.lastNumber += 1;
  return page.lastNumber;
}

/** A message's id. */
export function newMid(page: Page): string {
  return `m_${Buffer.from(`simulated ${nextNumber(page)}`).toString('base64url')}`;
}

/** A person by id. Throws when there is none. */
export function personOf({ people }: Page, id: string): Person {
  const person = people.get(String(id));
  if (person === undefined) throw new Error('there is no such person');
  return person;
}

/** Keeps a file; gives its key. */
export function keepFile(page: Page, file: KeptFile): string {
  const key = `f${nextNumber(page)}`;
  page.files.set(key, file);
  return key;
}

/** Another page's event, for calls that bring several. */
export function foreignEntry(page: Page): Fields {
  const message = { mid: 'm_foreign', text: 'for somebody else' };
  const messaging = [{ sender: { id: '1' }, recipient: { id: '9999999999' }, timestamp: page.now(), message }];
  return { id: '9999999999', time: page.now(), messaging };
}

/** Whether the app may answer in a thread. */
export function isOurs({ appId }: Page, { owner }: Person): boolean {
  return owner === undefined || owner === appId;
}

export { inboxAppId };
