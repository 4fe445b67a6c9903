import { createHash } from 'node:crypto';
import { type Chats, createTroubles, type KeptFile, type Trouble, type Troubles } from '@trunkline/testkit/simulator';
import { whatsAppTroubles } from './types.ts';

/** One WhatsApp Business Account with one number of it, and everything around them. */
export interface Account {
  readonly appId: string;
  readonly appSecret: string;
  readonly wabaId: string;
  readonly phoneNumberId: string;
  /** Digits. */
  readonly phone: string;
  readonly token: string;
  readonly people: Map<string, Person>;
  readonly groups: Map<string, Group>;
  readonly templates: Map<string, Template>;
  readonly media: Map<string, StoredMedia>;
  /** What the account sent, by wamid, and what became of it. */
  readonly sent: Map<string, SentMessage>;
  /** Ids of what came in, with whose it was. */
  readonly received: Map<string, string>;
  readonly blocked: Set<string>;
  readonly troubles: Troubles<keyof typeof whatsAppTroubles>;
  readonly chats: Chats;
  readonly now: () => number;
  isRevoked: boolean;
  isRegistered: boolean;
  isCoexistence: boolean;
  /** The app's hook with the fields that it hears of, and the account's own address instead of the app's: for the same fields. */
  appHook: AppHook | undefined;
  accountHook: Hook | undefined;
  isSubscribed: boolean;
  lastNumber: number;
}

export interface Hook {
  readonly url: string;
  readonly verifyToken: string;
}

export interface AppHook extends Hook {
  readonly fields: readonly string[];
}

/** A person as the account knows them; `id` is their phone's digits, or, when that is hidden, their user id. */
export interface Person {
  readonly id: string;
  name: string;
  phone: string | undefined;
  readonly userId: string;
  username: string | undefined;
  /** When they last wrote: the window is open for a day from then. */
  lastWroteAtMs: number | undefined;
  /** Whether their telephone is reachable, and tells that it read. */
  isOffline: boolean;
  hasReceipts: boolean;
  access: 'open' | 'blocked' | 'not_on_whatsapp';
}

export interface Group {
  readonly id: string;
  subject: string;
  description: string;
  readonly needsApproval: boolean;
  inviteLink: string;
  readonly members: Set<string>;
  readonly requests: Map<string, string>;
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
  readonly buttons?:
    | readonly { readonly type: string; readonly text: string; readonly url?: string | undefined }[]
    | undefined;
}

export interface StoredMedia extends KeptFile {
  readonly id: string;
  readonly sha256: string;
  readonly keptUntilMs: number;
}

export interface SentMessage {
  readonly id: string;
  /** A person's id, or a group's. */
  readonly to: string;
  readonly isGroup: boolean;
  readonly type: string;
  readonly content: unknown;
  readonly callbackData: string | undefined;
  state: string;
}

const dayMs = 24 * 60 * 60 * 1_000;

/** A new account that nobody has written to. */
export function createAccount(names: Partial<Account>, chats: Chats, now: () => number): Account {
  return {
    appId: '774411220033',
    appSecret: 'simulated-app-secret',
    wabaId: '102290129340398',
    phoneNumberId: '106540352242922',
    phone: '15550783881',
    token: 'EAAG-simulated-system-user-token',
    people: new Map(),
    groups: new Map(),
    templates: new Map(),
    media: new Map(),
    sent: new Map(),
    received: new Map(),
    blocked: new Set(),
    troubles: createTroubles(whatsAppTroubles),
    chats,
    now,
    isRevoked: false,
    isRegistered: true,
    isCoexistence: false,
    appHook: undefined,
    accountHook: undefined,
    isSubscribed: false,
    lastNumber: Math.floor(now() / 1_000),
    ...names,
  };
}

/** The next number of whatever gets one; it grows over a restart. */
export function nextNumber(account: Account): number {
  account.lastNumber += 1;
  return account.lastNumber;
}

/** A message's id, as long and as strange as the real ones. */
export function newWamid(account: Account, who: string): string {
  return `wamid.${Buffer.from(`\x1d${who}\x12${nextNumber(account)}`).toString('base64')}`;
}

/** The user id of a phone: the same each time. */
export function userIdOf(phone: string): string {
  const hash = createHash('sha256').update(phone).digest('hex').slice(0, 16);
  return `RU.${BigInt(`0x${hash}`)}`;
}

/** Whether free words may be sent to a person now. */
export function isWindowOpen(account: Account, { lastWroteAtMs }: Person): boolean {
  return lastWroteAtMs !== undefined && account.now() - lastWroteAtMs < dayMs;
}

/** Seconds since 1970, as the platform writes them. */
export function timestamp({ now }: Account): string {
  return String(Math.floor(now() / 1_000));
}

/** Keeps a file under an id of its own. */
export function storeMedia(account: Account, file: KeptFile, days: number): StoredMedia {
  const id = `14795${nextNumber(account)}`;
  const sha256 = createHash('sha256').update(file.bytes).digest('base64');
  const stored = { ...file, id, sha256, keptUntilMs: account.now() + days * dayMs };
  account.media.set(id, stored);
  return stored;
}

export type WhatsAppTrouble = Trouble<keyof typeof whatsAppTroubles>;
