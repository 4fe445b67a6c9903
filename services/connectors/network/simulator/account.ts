import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { type Chats, createTroubles, type KeptFile, type Trouble, type Troubles } from '@trunkline/testkit/simulator';
import { networkTroubles } from './types.ts';

/** One end of a conversation that somebody of this installation holds; its id is the chat's too. */
export interface Seat {
  readonly id: string;
  readonly side: 'line' | 'partner';
  /** How this end and the other one are called, and how this one is shown. */
  readonly from: string;
  readonly to: string;
  readonly name: string;
  /** Where the other end is called, and this one. */
  url: string;
  ownUrl: string;
  readonly key: string;
  /** When this end was written to without having written; whether it has. */
  firstWord: { readonly message: string; readonly atMs: number } | undefined;
  hasWritten: boolean;
  hasLeft: boolean;
}

/** Somebody who may join lines. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly own: string;
  /** Last part of the address where answers come. */
  readonly place: string;
}

/** An installation with one line, and people who join lines elsewhere. */
export interface Account {
  readonly line: { readonly id: string; readonly name: string; readonly own: string };
  isOpen: boolean;
  codeNumber: number;
  readonly people: Map<string, Person>;
  /** In front of all paths of the installation: empty, until it moves. */
  prefix: string;
  /** Address of a line elsewhere, as its owner gave it away: whoever writes without a seat joins it first. */
  invitation: string | undefined;
  /** The last number of each end, which outlives its seat. */
  readonly numbers: Map<string, number>;
  readonly seats: Map<string, Seat>;
  readonly files: Map<string, KeptFile>;
  readonly troubles: Troubles<keyof typeof networkTroubles>;
  readonly chats: Chats;
  readonly now: () => number;
  /** Names of what came already. */
  readonly taken: Set<string>;
  /** What came of each name in the minute under way. */
  readonly calls: Map<string, { readonly minute: number; count: number }>;
}

export type NetworkTrouble = Trouble<keyof typeof networkTroubles>;

/** A new installation that nobody has joined. */
export function createAccount(names: Partial<Account['line']>, chats: Chats, now: () => number): Account {
  return {
    line: { id: randomUUID(), name: 'Partner support', own: secret(), ...names },
    ...{ isOpen: true, codeNumber: 1, prefix: '', invitation: undefined },
    ...{
      people: new Map(),
      numbers: new Map(),
      seats: new Map(),
      files: new Map(),
      taken: new Set(),
      calls: new Map(),
    },
    troubles: createTroubles(networkTroubles),
    chats,
    now,
  };
}

export function secret(): string {
  return randomBytes(32).toString('base64url');
}

export function hmac(key: string, bytes: string | Uint8Array): string {
  return createHmac('sha256', key).update(bytes).digest('hex');
}

/** The first 22 characters of the hash of a secret. */
export function nameOf(own: string): string {
  return createHash('sha256').update(own).digest('base64url').slice(0, 22);
}

/** Id of the line and eight bytes of proof, in base64url: 32 characters. */
export function codeOf({ line, codeNumber }: Account): string {
  const proof = hmac(line.own, `code ${codeNumber}`).slice(0, 16);
  return Buffer.from(line.id.replaceAll('-', '') + proof, 'hex').toString('base64url');
}

/** The other way round: which line a code is of. */
export function lineOf(code: string): string {
  const hex = Buffer.from(code, 'base64url').toString('hex');
  return hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function keyOf({ line }: Account, partner: string): string {
  return hmac(line.own, `partner ${partner}`);
}

/** A seat by its id. Throws when there is none. */
export function seatOf({ seats }: Account, id: string): Seat {
  const seat = seats.get(id);
  if (seat === undefined) throw new Error('nobody sits there: it has not joined, or nobody has joined it');
  return seat;
}
