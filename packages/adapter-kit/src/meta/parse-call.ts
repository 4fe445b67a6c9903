import type { ChannelEvent } from '@trunkline/contracts';
import { z } from 'zod';
import type { ChannelRef } from '../channel.ts';
import type { RawCall } from '../connector.ts';
import { unknownKind } from '../connector-error.ts';
import { readAs } from '../read-body.ts';
import { readEach } from '../read-each.ts';
import { readThreadEvent } from './messenger/read-thread.ts';
import { metaEntrySchema } from './messenger/shapes.ts';
import type { MetaUpdate } from './messenger/told.ts';
import { metaEntriesOf } from './meta-entries.ts';

/** What calls about an object of Meta's ("page") tell: events of threads, and what each field of a change tells. */
export interface MetaCalls {
  readonly object: string;
  readonly fields: Readonly<Record<string, (value: unknown, update: MetaUpdate) => readonly ChannelEvent[]>>;
  /** Our app, where apps share threads: what another gets, we may not write in. */
  readonly appId?: string;
}

const changeSchema = z.object({ field: z.string(), value: z.unknown() });

/**
 * What a call tells of the channel's own account. A thread that another app has is heard all the same. Throws ConnectorError with
 * all that was understood. Pure.
 */
export function parseMetaCall(call: RawCall, channel: ChannelRef, calls: MetaCalls): ChannelEvent[] {
  const { object, fields, appId } = calls;
  return readEach(metaEntriesOf(call, object, channel.accountId), (entry) => {
    const { messaging = [], standby = [], changes = [], field, value, time } = readAs(metaEntrySchema, entry);
    const update = { channel, receivedAtMs: call.receivedAtMs, entryMs: millisecondsOf(time) ?? call.receivedAtMs };
    const all = field === undefined ? changes : [...changes, { field, value }];
    const things = [
      ...messaging.map((event) => () => readThreadEvent(event, { ...update, appId })),
      ...standby.map((event) => () => readThreadEvent(event, { ...update, appId, isStandby: true })),
      ...all.map((change) => () => changed(change, update, fields)),
    ];
    return readEach(things, (read) => read());
  });
}

function changed(change: unknown, update: MetaUpdate, fields: MetaCalls['fields']): readonly ChannelEvent[] {
  const { field, value } = readAs(changeSchema, change);
  const tell = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (tell !== undefined) return tell(value, update);
  throw unknownKind('a change of the field', field);
}

/** Entries with messages have milliseconds, those with changes seconds. */
function millisecondsOf(time: number | undefined): number | undefined {
  return time !== undefined && time < 100_000_000_000 ? time * 1_000 : time;
}

/** An instant as Meta writes it, without a colon in the zone; in milliseconds since 1970. */
export const metaInstant = z.string().transform((written, context) => {
  const atMs = Date.parse(written.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  if (!Number.isNaN(atMs) && atMs >= 0) return atMs;
  context.addIssue('is no time');
  return z.NEVER;
});
