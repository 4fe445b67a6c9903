import type { KeptFile } from './answer-call.ts';
import type { Troubles } from './troubles.ts';

/** One account on a simulated platform, as its clients, a page in a browser and a shell see it. */
export interface ClientSide {
  /** Of the account; part of an address. */
  readonly id: string;
  /** What clients see: the shop's name. */
  readonly title: string;
  readonly messenger: string;
  /** Everything that people do, and that goes wrong, by name; each takes one object. */
  readonly actions: Readonly<Record<string, (given: never) => unknown>>;
  /** What a client can do beside writing, attaching, pressing and reacting. */
  readonly menu: readonly MenuItem[];
  /** Whether one message may answer another. */
  readonly canReply: boolean;
  /** Reactions that the messenger has. */
  readonly reactions: readonly string[];
  readonly troubles: Pick<Troubles, 'sentences' | 'armed'>;
  /** Where the account's events go, for the eye; undefined while nobody is told. */
  hookUrl(): string | undefined;
  view(chat: string): ChatView;
  /** Resolves with the number of changes so far when there are more than that, or when the signal aborts. */
  changed(after: number, signal: AbortSignal): Promise<number>;
  file(id: string): KeptFile | undefined;
}

/** A line of a client's menu: an action with what it is given; `from` and `chat` are added. */
export interface MenuItem {
  readonly label: string;
  readonly action: string;
  readonly given?: Readonly<Record<string, unknown>>;
  /** Asked for first: field, words, a proposal. */
  readonly ask?: { readonly field: string; readonly label: string; readonly proposal: string };
  /** The last message of the client, or of the account, is given as `message`. */
  readonly about?: 'own' | 'theirs';
}

/** What a client sees of a chat. */
export interface ChatView {
  readonly title: string;
  /** Beneath the title: blocked, left, typing. */
  readonly state: string;
  readonly messages: readonly ChatMessage[];
  /** Buttons in place of the keyboard. */
  readonly keyboard: readonly (readonly ChatButton[])[];
  /** What flashes up. */
  readonly toast: string;
  /** Other chats of the same person: groups. */
  readonly places: readonly { readonly id: string; readonly title: string }[];
}

/** A message as a client sees it. */
export interface ChatMessage {
  readonly id: string | number;
  /** A note is what the messenger itself says. */
  readonly by: 'client' | 'account' | 'note';
  /** Whose, in a group. */
  readonly name?: string;
  readonly atMs: number;
  readonly text?: string;
  /** The text as HTML of the simulator's own making, where it has marks. */
  readonly html?: string;
  readonly quote?: string;
  readonly media?: { readonly kind: MediaKind; readonly file?: string; readonly url?: string; readonly name?: string };
  readonly place?: { readonly latitude: number; readonly longitude: number; readonly title?: string };
  readonly card?: { readonly name: string; readonly phone: string };
  /** Cards with a picture, a title and buttons of their own. */
  readonly buttons?: readonly (readonly ChatButton[])[];
  readonly reactions?: readonly string[];
  /** What became of it: sent, delivered, read, failed. */
  readonly state?: string;
  readonly isEdited?: boolean;
  readonly isDeleted?: boolean;
  /** In the platform's own form, for tests. */
  readonly raw?: unknown;
}

/** What a client shows for bytes. */
export type MediaKind = 'image' | 'video' | 'audio' | 'file' | 'sticker';

/** A button: pressed by its id, or leading to an address. */
export interface ChatButton {
  readonly id: string;
  readonly label: string;
  readonly url?: string;
}
