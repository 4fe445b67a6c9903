import type { Media } from '@trunkline/contracts';
import type { LoggedFrame } from './frames.ts';

/** One entry of a visitor's log: what the visitor wrote, or what came for them. The widget gets it as it stands here. */
export type Entry = VisitorEntry | MessageEntry | EditEntry | DeleteEntry;

/** The visitor's own frame, for their other tabs and for the next page. */
export interface VisitorEntry {
  readonly from: 'visitor';
  readonly frame: LoggedFrame;
  /** The uploaded file, as the widget shows it. */
  readonly file?: ShownFile;
}

/** A message to the visitor. */
export interface MessageEntry {
  readonly from: 'operator';
  readonly kind: 'message';
  readonly messageId: string;
  readonly author: { readonly name: string; readonly avatarUrl: string };
  readonly text: string;
  readonly marks: readonly ShownMark[];
  readonly file?: ShownFile;
  /** Number of the entry that it answers. */
  readonly replyTo?: number;
  readonly buttons: readonly (readonly ShownButton[])[];
}

/** A message to the visitor was changed. */
export interface EditEntry {
  readonly from: 'operator';
  readonly kind: 'edit';
  /** Numbers of the changed message's entries. */
  readonly targets: readonly number[];
  readonly text: string;
  readonly marks: readonly ShownMark[];
}

/** Messages to the visitor were deleted. */
export interface DeleteEntry {
  readonly from: 'operator';
  readonly kind: 'delete';
  readonly targets: readonly number[];
}

/** Formatting over a part of a text, in UTF-16 units. */
export interface ShownMark {
  readonly type: 'bold' | 'italic' | 'underline' | 'strike' | 'code' | 'pre' | 'quote' | 'spoiler' | 'link';
  readonly offset: number;
  readonly length: number;
  readonly href?: string;
}

/** A file. */
export interface ShownFile {
  readonly url: string;
  readonly name: string;
  readonly mimeType: string;
  readonly sizeBytes: number;
}

/** A button under a message. */
export interface ShownButton {
  readonly text: string;
  readonly callback?: string;
  readonly reply?: string;
  readonly url?: string;
}

/** Name of a visitor's log. */
export function logOf(visitorId: string): string {
  return `visitor/${visitorId}`;
}

/** Where it is kept how far the company has read what a visitor wrote. */
export function seenKey(visitorId: string): string {
  return `seen/${visitorId}`;
}

/** A file as the widget shows it. Pure. */
export function shownFile({ name, mimeType, sizeBytes }: Media, url: string): ShownFile {
  return { url, name, mimeType, sizeBytes };
}
