import { type ChannelRef, type MetaCalls, parseMetaCall, type RawCall } from '@trunkline/adapter-kit';
import type { ChannelEvent } from '@trunkline/contracts';
import { commentWritten } from './parse-comment.ts';

/** What each field of a change tells. */
const calls: MetaCalls = {
  object: 'instagram',
  fields: { comments: commentWritten, live_comments: commentWritten },
};

/** What a call tells of the channel's own account. Comments that were fetched come in the same form. */
export function parse(call: RawCall, channel: ChannelRef): ChannelEvent[] {
  return parseMetaCall(call, channel, calls);
}
