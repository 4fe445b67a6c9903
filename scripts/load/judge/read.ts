import { createHash } from 'node:crypto';
import { markIn } from '../mark.ts';
import { type CloudEvent, type PortalOpener, readJson } from './open.ts';
import { isNotice } from './place.ts';

/** What an event says, as far as it matters. */
export interface Read {
  readonly hash: string;
  /** Of the mark. */
  readonly portal: string | undefined;
  readonly number: number | undefined;
  readonly atMs: number;
  readonly subject: string;
  /** What is sealed names another conversation than what is not. */
  readonly isElsewhere: boolean;
}

interface Said {
  readonly conversation?: { readonly id?: string };
  readonly messageReceived?: { readonly content?: { readonly text?: { readonly plain?: string } } };
}

/** Opens an event and reads its mark; a notice says nothing. */
export async function readEvent(event: CloudEvent, opener: PortalOpener): Promise<Read> {
  const subject = event.subject ?? '';
  if (isNotice(event)) return { hash: '', portal: undefined, number: undefined, atMs: 0, subject, isElsewhere: false };
  const plaintext = await opener.plaintext(event);
  const said = readJson(plaintext) as Said;
  const { portal, number, atMs = 0 } = markIn(said.messageReceived?.content?.text?.plain ?? '') ?? {};
  const hash = createHash('sha256').update(plaintext).digest('hex');
  return { hash, portal, number, atMs, subject, isElsewhere: subject !== (said.conversation?.id ?? '') };
}

/** Names an event in a complaint. Pure. */
export function describe({ type, sequence, strand, previous }: CloudEvent): string {
  return [type, sequence, strand && `of strand ${strand}`, previous && `after ${previous}`].filter(Boolean).join(' ');
}
