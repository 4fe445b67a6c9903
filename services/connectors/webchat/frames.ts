import { z } from 'zod';
import { textMax } from './capabilities.ts';

const cid = z.string().regex(/^[\w-]{8,64}$/, 'must be 8 to 64 letters, digits, - or _');

/** What a widget sends: one JSON object a frame. */
export const clientFrame = z.discriminatedUnion('t', [
  z.object({ t: z.literal('hello'), cursor: z.number().int().min(0) }),
  z.object({
    t: z.literal('send'),
    cid,
    text: z.string().max(textMax).default(''),
    uploadId: z.string().max(64).optional(),
    replyTo: z.number().int().min(1).optional(),
  }),
  z.object({
    t: z.literal('press'),
    cid,
    seq: z.number().int().min(1),
    payload: z.string().max(256),
    title: z.string().max(80),
  }),
  z.object({
    t: z.literal('form'),
    cid,
    name: z.string().max(200).default(''),
    phone: z.string().max(40).default(''),
    email: z.string().max(200).default(''),
  }),
  z.object({ t: z.literal('read'), upTo: z.number().int().min(0) }),
  z.object({ t: z.literal('typing'), on: z.boolean() }),
  z.object({ t: z.literal('ping') }),
]);

/** A frame of a widget, checked. */
export type ClientFrame = z.output<typeof clientFrame>;

/** Frames that enter the visitor's log: each has the widget's own id, so that a repeat is known. */
export type LoggedFrame = Extract<ClientFrame, { readonly cid: string }>;

/** What a widget hears. */
export type ServerFrame =
  /** A frame of the widget is stored: it may forget it. */
  | { readonly t: 'ack'; readonly cid: string; readonly id: string; readonly seq: number }
  /** An entry of the visitor's log, in order; the widget's own entries too, for its other tabs. */
  | { readonly t: 'event'; readonly seq: number; readonly at: number; readonly event: unknown }
  | { readonly t: 'typing'; readonly on: boolean }
  /** The operator has read up to here. */
  | { readonly t: 'seen'; readonly upTo: number }
  | {
      readonly t: 'error';
      readonly code: string;
      readonly message: string;
      readonly cid?: string;
      readonly retryAfterMs?: number;
    }
  /** With a new session token: what is opened later needs one that still lives. */
  | { readonly t: 'pong'; readonly token?: string };

/** Reads a frame; a sentence when it is none. Pure. */
export function readFrame(text: string): ClientFrame | string {
  try {
    const read = clientFrame.safeParse(JSON.parse(text));
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    return `${issue?.path.join('.') || 'frame'}: ${issue?.message}`;
  } catch {
    return 'frame: must be JSON';
  }
}

/** The widget's own id of a frame that was not understood, so that the refusal finds its message. Pure. */
export function cidIn(text: string): { readonly cid?: string } {
  try {
    const read = z.object({ cid }).safeParse(JSON.parse(text));
    return read.success ? { cid: read.data.cid } : {};
  } catch {
    return {};
  }
}
