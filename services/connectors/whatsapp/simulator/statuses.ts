import type { HookCaller } from '@trunkline/testkit/simulator';
import { type Account, type SentMessage, timestamp } from './account.ts';
import { around } from './hook.ts';
import type { Change } from './types.ts';

const failures: Readonly<Record<number, readonly [title: string, details: string]>> = {
  131026: ['Message undeliverable', 'Message Undeliverable.'],
  131047: [
    'Re-engagement message',
    'Message failed to send because more than 24 hours have passed since the customer last replied to this number.',
  ],
  131049: [
    'Marketing message not delivered',
    'This message was not delivered to maintain healthy ecosystem engagement.',
  ],
  131052: ['Media download error', 'Failed to download the media.'],
  131053: ['Media upload error', 'Failed to upload the media due to an unknown error.'],
  132015: ['Template is paused', 'Template is paused due to low quality.'],
};

/** Tells what became of a message: sent, delivered, read, played. */
export function tellStatus(account: Account, hook: HookCaller<Change>, message: SentMessage, state: string): void {
  message.state = state;
  push(account, hook, message, { status: state, ...price(account, message, state) });
}

/** Tells that it failed, after it was accepted. */
export function tellFailure(account: Account, hook: HookCaller<Change>, message: SentMessage, code: number): void {
  const [title, details] = failures[code] ?? ['Something went wrong', 'Something went wrong.'];
  message.state = 'failed';
  const error = {
    code,
    title,
    message: title,
    error_data: { details },
    href: 'https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/',
  };
  push(account, hook, message, { status: 'failed', errors: [error] });
}

interface Told {
  readonly status: string;
  readonly [field: string]: unknown;
}

function push(account: Account, hook: HookCaller<Change>, message: SentMessage, what: Told): void {
  const person = account.people.get(message.to);
  const recipient = message.isGroup
    ? { recipient_id: message.to, recipient_type: 'group' }
    : { recipient_id: person?.phone ?? message.to, ...(person && { recipient_user_id: person.userId }) };
  const { callbackData } = message;
  const status = {
    id: message.id,
    timestamp: timestamp(account),
    ...recipient,
    ...(callbackData === undefined ? {} : { biz_opaque_callback_data: callbackData }),
    ...what,
  };
  hook.push({ field: 'messages', value: { ...around(account), statuses: [status] } });
  if (account.chats.has(message.to)) show(account, message, what.status);
}

function show(account: Account, { to, id }: SentMessage, state: string): void {
  if (account.chats.of(to).messages.some((message) => message.id === id)) account.chats.change(to, id, { state });
}

function price(account: Account, { type }: SentMessage, state: string): object {
  if (state !== 'sent' && state !== 'delivered') return {};
  const category = type === 'template' ? 'utility' : 'service';
  const kind = type === 'template' ? 'regular' : 'free_customer_service';
  return {
    conversation: { id: `a75d${account.wabaId}`, origin: { type: category } },
    pricing: { billable: type === 'template', pricing_model: 'PMP', category, type: kind },
  };
}
