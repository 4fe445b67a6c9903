import {
  type ChannelRef,
  ConnectorError,
  confirmedByEcho,
  type Hook,
  type MetaUpdate,
  metaUpdateSchema,
  type RawCall,
  readAs,
  readJson,
  readThreadEvent,
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
  return entriesOf(call, channel.accountId).flatMap((entry) => {
    const { messaging = [], standby = [], changes = [], time } = entry;
    const update = { channel, receivedAtMs: call.receivedAtMs, entryMs: millisecondsOf(time) ?? call.receivedAtMs };
    return [
      ...[...messaging, ...standby].flatMap((event) => readThreadEvent(event, update)),
      ...changes.flatMap((change) => changed(change, update)),
    ];
  });
}

/** Which of our own sends a call proves. */
export const confirms: NonNullable<Hook['confirms']> = (call, { accountId }) => {
  const entries = entriesOf(call, accountId);
  return entries.flatMap(({ messaging = [], standby = [] }) => [...messaging, ...standby].flatMap(confirmedByEcho));
};

/** The pages that a call tells of; a handshake is everybody's. */
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

/** A handshake has no body. What is about another page is not even read. */
function entriesOf({ body }: RawCall, accountId?: string) {
  if (body.length === 0) return [];
  const { object, entry } = readAs(metaUpdateSchema, readJson(body));
  if (object !== 'page') throw new ConnectorError('unknown_kind', 'a call about something that is no page');
  return accountId === undefined ? entry : entry.filter(({ id }) => id === accountId);
}

/** Entries with messages have milliseconds, those with changes seconds. */
function millisecondsOf(time: number | undefined): number | undefined {
  return time !== undefined && time < 100_000_000_000 ? time * 1_000 : time;
}
