import {
  type ChannelRef,
  type Hook,
  type RawCall,
  readAs,
  readEach,
  readJson,
  unknownKind,
} from '@trunkline/adapter-kit';
import type { ChannelEvent } from '@trunkline/contracts';
import { isAbout } from './parse-about.ts';
import { accountChanged, accountFailed, preferencesChanged, templateChanged } from './parse-account.ts';
import { groupsChanged } from './parse-group.ts';
import { messageEchoed, messageWritten } from './parse-message.ts';
import { confirmedBy, receiptGiven } from './parse-status.ts';
import type { Update } from './parse-told.ts';
import * as shapes from './types.ts';

type Tell = (value: unknown, update: Update) => readonly ChannelEvent[];

const newsFields = [
  ...['account_update', 'account_alerts', 'account_review_update', 'phone_number_quality_update', 'flows'],
  ...['phone_number_name_update', 'business_capability_update', 'security'],
];
const judged: Tell = (value, update) => [templateChanged(value, update)];

/** What each field of a change tells. */
const fields: Readonly<Record<string, Tell>> = {
  messages: (value, update) => {
    const { contacts = [], messages = [], statuses = [], errors = [] } = readAs(shapes.messagesSchema, value);
    const things = [
      ...messages.map((each) => () => messageWritten(readAs(shapes.messageSchema, each), contacts, update)),
      ...statuses.map((each) => () => receiptGiven(each, update)),
      ...errors.map((each) => () => accountFailed(readAs(shapes.errorSchema, each), update)),
    ];
    return readEach(things, (tell) => [tell()]);
  },
  smb_message_echoes: (value, update) => {
    const { message_echoes: all = [] } = readAs(shapes.messagesSchema, value);
    return readEach(all, (each) => [messageEchoed(each, update)]);
  },
  user_preferences: preferencesChanged,
  group_lifecycle_update: groupsChanged,
  group_participants_update: groupsChanged,
  group_settings_update: groupsChanged,
  group_status_update: groupsChanged,
  ...Object.fromEntries(
    newsFields.map((field): [string, Tell] => [field, (value, update) => [accountChanged(field, value, update)]]),
  ),
  message_template_status_update: judged,
  message_template_quality_update: judged,
  template_category_update: judged,
};

/** Fields that are understood. The platform is asked for exactly these. */
export const understood: readonly string[] = Object.keys(fields);

/**
 * What a call tells of the channel's own number, and of the account that it belongs to; other numbers are others' business, news
 * of them as well.
 */
export function parse(call: RawCall, channel: ChannelRef): ChannelEvent[] {
  return readEach(entriesOf(call), (entry) => {
    const { time: entrySeconds, changes } = readAs(shapes.entrySchema, entry);
    const own = changes.filter((change) => isAbout(change, channel));
    return readEach(own, (change) => changed(change, { channel, receivedAtMs: call.receivedAtMs, entrySeconds }));
  });
}

/** Which of our own sends a call proves. */
export const confirms: NonNullable<Hook['confirms']> = (call, channel) => {
  const changes = entriesOf(call).flatMap((entry) => shapes.entrySchema.safeParse(entry).data?.changes ?? []);
  const own = changes.filter((change) => isAbout(change, channel));
  const values = own.flatMap((change) => shapes.changeSchema.safeParse(change).data?.value ?? []);
  const statuses = values.flatMap((value) => shapes.messagesSchema.safeParse(value).data?.statuses ?? []);
  return statuses.flatMap((status) => shapes.statusSchema.safeParse(status).data ?? []).flatMap(confirmedBy);
};

function changed(change: unknown, update: Update): readonly ChannelEvent[] {
  const { field, value } = readAs(shapes.changeSchema, change);
  const tell = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (tell !== undefined) return tell(value, update);
  throw unknownKind('a change of the field', field);
}

/** A handshake has no body. */
function entriesOf({ body }: RawCall): readonly unknown[] {
  return body.length === 0 ? [] : readAs(shapes.updateSchema, readJson(body)).entry;
}
