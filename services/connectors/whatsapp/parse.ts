import { type ChannelRef, ConnectorError, type Hook, type RawCall, readAs, readJson } from '@trunkline/adapter-kit';
import type { ChannelEvent } from '@trunkline/contracts';
import { accountChanged, accountFailed, preferencesChanged, templateChanged } from './parse-account.ts';
import { groupsChanged } from './parse-group.ts';
import { messageEchoed, messageWritten } from './parse-message.ts';
import { confirmedBy, receiptGiven } from './parse-status.ts';
import type { Update } from './parse-told.ts';
import { aboutSchema, messageSchema, messagesSchema, statusSchema, updateSchema } from './types.ts';

type Tell = (value: unknown, update: Update) => readonly ChannelEvent[];

const newsFields = [
  ...['account_update', 'account_alerts', 'account_review_update', 'phone_number_quality_update', 'flows'],
  ...['phone_number_name_update', 'business_capability_update', 'security'],
];
const judged: Tell = (value, update) => [templateChanged(value, update)];

/** What each field of a change tells. */
const fields: Readonly<Record<string, Tell>> = {
  messages: (value, update) => {
    const { contacts = [], messages = [], statuses = [], errors = [] } = readAs(messagesSchema, value);
    return [
      ...messages.map((each) => messageWritten(readAs(messageSchema, each), contacts, update)),
      ...statuses.map((each) => receiptGiven(each, update)),
      ...errors.map((each) => accountFailed(each, update)),
    ];
  },
  smb_message_echoes: (value, update) => {
    return readAs(messagesSchema, value).message_echoes?.map((each) => messageEchoed(each, update)) ?? [];
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

/** What a call tells of the channel's own number, and of the account that it belongs to; other numbers are others' business. */
export function parse(call: RawCall, channel: ChannelRef): ChannelEvent[] {
  return changesOf(call, channel).flatMap(({ field, value, entrySeconds }) => {
    const tell = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (tell !== undefined) return tell(value, { channel, receivedAtMs: call.receivedAtMs, entrySeconds });
    const name = /^[a-z_]{1,64}$/.test(field) ? field : 'without a name';
    throw new ConnectorError('unknown_kind', `a change of the field ${name}`);
  });
}

/** Which of our own sends a call proves. */
export const confirms: NonNullable<Hook['confirms']> = (call, channel) => {
  const told = changesOf(call, channel).filter(({ field }) => field === 'messages');
  const statuses = told.flatMap(({ value }) => readAs(messagesSchema, value).statuses ?? []);
  return statuses.flatMap((status) => confirmedBy(readAs(statusSchema, status)));
};

/** The numbers that a call is about; what is about none is about the account, and with it about all. */
export function accounts(call: RawCall): readonly string[] | 'all' {
  const numbers = allOf(call).map(numberOf);
  return numbers.includes(undefined) ? 'all' : numbers.filter((number) => number !== undefined);
}

/** What is about another number is not even read. */
function changesOf(call: RawCall, { accountId }: ChannelRef) {
  return allOf(call).filter((change) => (numberOf(change) ?? accountId) === accountId);
}

/** A handshake has no body. */
function allOf({ body }: RawCall) {
  const { entry } = body.length === 0 ? { entry: [] } : readAs(updateSchema, readJson(body));
  return entry.flatMap(({ time, changes: own }) => own.map((change) => ({ ...change, entrySeconds: time })));
}

function numberOf({ value }: { readonly value: unknown }): string | undefined {
  return aboutSchema.safeParse(value).data?.metadata?.phone_number_id;
}
