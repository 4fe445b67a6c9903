import {
  type ChannelRef,
  confirmedByEcho,
  type Hook,
  type MetaUpdate,
  metaEntriesOf,
  metaEntrySchema,
  type RawCall,
  readAs,
  readEach,
  readThreadEvent,
  unknownKind,
} from '@trunkline/adapter-kit';
import type { ChannelEvent } from '@trunkline/contracts';
import { feedChanged } from './parse-comment.ts';
import { templateChanged } from './parse-template.ts';
import { changeSchema } from './types.ts';

/** What each field of a change tells. */
const fields: Readonly<Record<string, (value: unknown, update: MetaUpdate) => ChannelEvent[]>> = {
  feed: feedChanged,
  message_template_status_update: templateChanged,
};

/** What a call tells of the channel's own page. A thread that another app has is heard all the same. */
export function parse(call: RawCall, channel: ChannelRef): ChannelEvent[] {
  return readEach(metaEntriesOf(call, 'page', channel.accountId), (entry) => {
    const { messaging = [], standby = [], changes = [], time } = readAs(metaEntrySchema, entry);
    const update = { channel, receivedAtMs: call.receivedAtMs, entryMs: millisecondsOf(time) ?? call.receivedAtMs };
    const things = [
      ...[...messaging, ...standby].map((event) => () => readThreadEvent(event, update)),
      ...changes.map((change) => () => changed(change, update)),
    ];
    return readEach(things, (read) => read());
  });
}

/** Which of our own sends a call proves. */
export const confirms: NonNullable<Hook['confirms']> = (call, { accountId }) => {
  const entries = metaEntriesOf(call, 'page', accountId).flatMap(
    (entry) => metaEntrySchema.safeParse(entry).data ?? [],
  );
  return entries.flatMap(({ messaging = [], standby = [] }) => [...messaging, ...standby].flatMap(confirmedByEcho));
};

function changed(change: unknown, update: MetaUpdate): ChannelEvent[] {
  const { field, value } = readAs(changeSchema, change);
  const tell = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (tell !== undefined) return tell(value, update);
  throw unknownKind('a change of the field', field);
}

/** Entries with messages have milliseconds, those with changes seconds. */
function millisecondsOf(time: number | undefined): number | undefined {
  return time !== undefined && time < 100_000_000_000 ? time * 1_000 : time;
}
