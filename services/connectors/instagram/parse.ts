import {
  type ChannelRef,
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
import { commentWritten } from './parse-comment.ts';
import { changeSchema } from './types.ts';

/** What each field of a change tells. */
const fields: Readonly<Record<string, (value: unknown, update: MetaUpdate) => ChannelEvent[]>> = {
  comments: commentWritten,
  live_comments: commentWritten,
};

/** What a call tells of the channel's own account. Comments that were fetched come in the same form. */
export function parse(call: RawCall, channel: ChannelRef): ChannelEvent[] {
  return readEach(metaEntriesOf(call, 'instagram', channel.accountId), (entry) => {
    const { messaging = [], standby = [], changes = [], field, value, time } = readAs(metaEntrySchema, entry);
    const update = { channel, receivedAtMs: call.receivedAtMs, entryMs: millisecondsOf(time) ?? call.receivedAtMs };
    const all = field === undefined ? changes : [...changes, { field, value }];
    const things = [
      ...[...messaging, ...standby].map((event) => () => readThreadEvent(event, update)),
      ...all.map((change) => () => changed(change, update)),
    ];
    return readEach(things, (read) => read());
  });
}

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
