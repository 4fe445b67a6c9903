import {
  type ChannelRef,
  ConnectorError,
  type MetaUpdate,
  metaUpdateSchema,
  type RawCall,
  readAs,
  readJson,
  readThreadEvent,
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
  const own = entriesOf(call).filter(({ id }) => id === channel.accountId);
  return own.flatMap(({ messaging = [], standby = [], changes = [], field, value, time }) => {
    const update = { channel, receivedAtMs: call.receivedAtMs, entryMs: millisecondsOf(time) ?? call.receivedAtMs };
    const all = field === undefined ? changes : [...changes, { field, value }];
    return [
      ...[...messaging, ...standby].flatMap((event) => readThreadEvent(event, update)),
      ...all.flatMap((change) => changed(change, update)),
    ];
  });
}

/** The accounts that a call tells of; a handshake is everybody's. */
export function accounts(call: RawCall): readonly string[] | 'all' {
  return call.body.length === 0 ? 'all' : entriesOf(call).map(({ id }) => id);
}

function changed(change: unknown, update: MetaUpdate): ChannelEvent[] {
  const { field, value } = readAs(changeSchema, change);
  const tell = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (tell !== undefined) return tell(value, update);
  const name = /^[a-z_]{1,64}$/.test(field) ? field : 'without a name';
  throw new ConnectorError('unknown_kind', `a change of the field ${name}`);
}

/** A handshake has no body. */
function entriesOf({ body }: RawCall) {
  if (body.length === 0) return [];
  const { object, entry } = readAs(metaUpdateSchema, readJson(body));
  if (object === 'instagram') return entry;
  throw new ConnectorError('unknown_kind', 'a call about something that is no account of Instagram');
}

/** Entries with messages have milliseconds, those with changes seconds. */
function millisecondsOf(time: number | undefined): number | undefined {
  return time !== undefined && time < 100_000_000_000 ? time * 1_000 : time;
}
