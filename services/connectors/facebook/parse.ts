import {
  confirmedByEcho,
  type Hook,
  type MetaCalls,
  metaEntriesOf,
  metaEntrySchema,
  type ParsedChannel,
  parseMetaCall,
  type RawCall,
} from '@trunkline/adapter-kit';
import type { ChannelEvent } from '@trunkline/contracts';
import { feedChanged } from './parse-comment.ts';
import { templateChanged } from './parse-template.ts';
import type { Settings } from './settings.ts';

/** What each field of a change tells. */
const calls: MetaCalls = {
  object: 'page',
  fields: { feed: feedChanged, message_template_status_update: templateChanged },
};

/** What a call tells of the channel's own page. A thread that another app has is heard all the same, and said to be so. */
export function parse(call: RawCall, channel: ParsedChannel<Pick<Settings, 'appId'>>): ChannelEvent[] {
  return parseMetaCall(call, channel, { ...calls, appId: channel.settings.appId });
}

/** Which of our own sends a call proves. */
export const confirms: NonNullable<Hook['confirms']> = (call, { accountId }) => {
  const entries = metaEntriesOf(call, calls.object, accountId).flatMap(
    (entry) => metaEntrySchema.safeParse(entry).data ?? [],
  );
  return entries.flatMap(({ messaging = [], standby = [] }) => [...messaging, ...standby].flatMap(confirmedByEcho));
};
