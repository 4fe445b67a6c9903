import type { HookCaller } from '@trunkline/testkit/simulator';
import { type Account, isWindowOpen, newWamid, type Person, type SentMessage } from './account.ts';
import { checkMedia } from './media.ts';
import { readMark } from './message-schema.ts';
import type { Pace } from './pace.ts';
import { check, type ReadMessage, readMessage, refusal } from './read-message.ts';
import { showSent } from './show.ts';
import { tellFailure, tellStatus } from './statuses.ts';
import { checkTemplate } from './templates.ts';
import type { Change, Fields } from './types.ts';

/** What sending needs beside the account. */
export interface Sending {
  readonly hook: HookCaller<Change>;
  readonly pace: Pace;
}

/** POST /<number>/messages: a message, or a mark that something was read. Throws GraphError. */
export function postMessage(account: Account, sending: Sending, fields: Fields): Fields {
  if (fields.status !== undefined) return markRead(account, fields);
  const message = readMessage(fields);
  return message.isGroup ? sendToGroup(account, sending, message) : sendToPerson(account, sending, message);
}

function sendToPerson(account: Account, sending: Sending, message: ReadMessage): Fields {
  const { to: phone, recipient } = message;
  if (phone !== undefined && !/^\+?[\d ()-]{5,24}$/.test(phone)) throw refusal(131009, 'Param to is no phone number.');
  const digits = phone?.replace(/\D/g, '');
  if (digits === account.phone) throw refusal(131021, 'Sender and recipient phone numbers are the same.');
  const person = [...account.people.values()].find((one) =>
    digits === undefined ? one.userId === recipient : one.phone === digits,
  );
  const to = person?.id ?? digits ?? recipient ?? '';
  const shown = person?.phone ?? digits;
  const contact = { ...(shown && { wa_id: shown }), ...(person && { user_id: person.userId }) };
  return accept(account, sending, { message, person, to }, { input: phone ?? recipient, ...contact });
}

function sendToGroup(account: Account, sending: Sending, message: ReadMessage): Fields {
  const group = account.groups.get(message.to ?? '');
  if (group === undefined) throw refusal(131009, 'Param to is not a group of this number.');
  if (message.type === 'interactive') throw refusal(131051, 'Interactive messages are not supported in groups.');
  const contact = { input: group.id, wa_id: group.id };
  return accept(account, sending, { message, person: undefined, to: group.id }, contact);
}

/** What can be refused at once. */
function checkContent(account: Account, { type, content, quotes }: ReadMessage, person: Person | undefined): void {
  if (type === 'template') checkTemplate(account, content);
  const target = type === 'reaction' ? String(content.message_id) : undefined;
  for (const id of [target, quotes]) {
    const isKnown = id === undefined || account.received.has(id) || account.sent.has(id);
    if (!isKnown) throw refusal(131009, 'Message id is not valid.');
  }
  if (person !== undefined && account.blocked.has(person.id))
    throw refusal(131009, 'The user is blocked by the business.');
}

function accept(
  account: Account,
  sending: Sending,
  { message, person, to }: Omit<Carried, 'sent'> & { readonly to: string },
  contact: Fields,
): Fields {
  checkContent(account, message, person);
  sending.pace.take(to);
  const { type, content, callbackData, isGroup } = message;
  const sent = { id: newWamid(account, to), to, isGroup, type, content, callbackData, state: 'accepted' };
  account.sent.set(sent.id, sent);
  void carry(account, sending, { sent, message, person });
  const messages = [{ id: sent.id, message_status: 'accepted' }];
  return { messaging_product: 'whatsapp', contacts: [contact], messages };
}

interface Carried {
  readonly sent: SentMessage;
  readonly message: ReadMessage;
  readonly person: Person | undefined;
}

/** What happens to a message after it was accepted. */
async function carry(account: Account, { hook }: Sending, carried: Carried): Promise<void> {
  const { sent, message, person } = carried;
  const failure = await failureOf(account, carried);
  if (failure !== undefined) {
    tellFailure(account, hook, sent, failure);
    return;
  }
  showSent(account, sent, message);
  tellStatus(account, hook, sent, 'sent');
  if (person?.isOffline !== true) tellStatus(account, hook, sent, 'delivered');
}

/** Why a message that was accepted does not arrive. */
async function failureOf(account: Account, { sent, message, person }: Carried): Promise<number | undefined> {
  const asked = account.troubles.take(['failed_later'], { to: sent.to });
  if (asked !== undefined) return Number(asked.code ?? 131049);
  if (!message.isGroup) {
    if (person === undefined || person.access !== 'open') return 131026;
    if (message.type !== 'template' && !isWindowOpen(account, person)) return 131047;
  }
  return await checkMedia(account, message);
}

function markRead(account: Account, fields: Fields): Fields {
  const { message_id: id, typing_indicator: typing } = check(readMark, fields);
  const from = account.received.get(id);
  if (from === undefined) throw refusal(131009, 'Message id is not valid.');
  const { messages } = account.chats.of(from);
  const last = messages.findIndex((message) => message.id === id);
  for (const message of messages.slice(0, last + 1)) {
    if (message.by === 'client') account.chats.change(from, message.id, { state: 'read' });
  }
  if (typing !== undefined) account.chats.of(from).typingUntilMs = account.now() + 25_000;
  account.chats.tell();
  return { success: true };
}
