import {
  type ChannelRef,
  confirmedByEcho,
  type Hook,
  type MetaCalls,
  metaEntriesOf,
  metaEntrySchema,
  parseMetaCall,
  type RawCall,
} from '@trunkline/adapter-kit';
import type { ChannelEvent } from '@trunkline/contracts';
import { feedChanged } from './parse-comment.ts';
import { templateChanged } from './parse-template.ts';

/** What each field of a change tells. */
const calls: MetaCalls = {
  object: 'page',
  fields: { feed: feedChanged, message_template_status_update: templateChanged },
};

/** What a call tells of the channel's own page. */
export function parse(call: RawCall, channel: ChannelRef): ChannelEvent[] {
  return parseMetaCall(call, channel, calls);
}

/** Which of our own sends a call proves. */
export const confirms: NonNullable<Hook['confirms']> = (call, { accountId }) => {
  const entries = metaEntriesOf(call, calls.object, accountId).flatMap(
    (entry) => metaEntrySchema.safeParse(entry).data ?? [],
  );
  return entries.flatMap(({ messaging = [], standby = [] }) => [...messaging, ...standby].flatMap(confirmedByEcho));
};
