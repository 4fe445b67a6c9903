import type { SendOrder } from '@trunkline/contracts';

/** Which part of which message something is about, and where it was sent. */
export interface OwnMark {
  readonly messageId: string;
  readonly part: number;
  readonly conversationPlatformId: string;
}

/** The mark of an order, for what the platform tells with every status or echo of it; shorter than 512 characters. Pure. */
export function markOf({ message, part, conversation }: SendOrder): string {
  return `tl:${message?.id}:${part}:${conversation?.platformId}`;
}

/** Reads a mark; undefined for one that is not ours: other programs may send from the same account. Pure. */
export function readMark(mark: string | undefined): OwnMark | undefined {
  const found = /^tl:([\w-]{1,64}):(\d{1,4}):(.{1,400})$/.exec(mark ?? '');
  const [, messageId = '', part = '', conversationPlatformId = ''] = found ?? [];
  return found === null ? undefined : { messageId, part: Number(part), conversationPlatformId };
}
