import type { ServerFrame } from './frames.ts';

/** Topic of hints about one visitor. An empty hint says "look into the log". */
export function visitorTopic(visitorId: string): string {
  return `visitor.${visitorId}`;
}

/** A frame that is worth nothing a minute later, as a hint. Pure. */
export function operatorHint(frame: Extract<ServerFrame, { readonly t: 'typing' | 'seen' }>): Uint8Array {
  return Buffer.from(JSON.stringify(frame));
}

/** The frame of a hint; undefined for "look into the log". Pure. */
export function frameOfHint(hint: Uint8Array): ServerFrame | undefined {
  return hint.length === 0 ? undefined : (JSON.parse(Buffer.from(hint).toString()) as ServerFrame);
}
