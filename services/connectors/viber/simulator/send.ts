import type { ChatMessage, HookCaller } from '@trunkline/testkit/simulator';
import { type Account, nextToken, type Person } from './account.ts';
import { type Event, eventOf } from './hook.ts';
import type { ViberButton } from './message-schema.ts';
import { checkClient, type ReadMessage, readMessage } from './read-message.ts';
import { type Fields, limits, type StatusName, ViberRefusal } from './types.ts';

const hourMs = 60 * 60_000;

/** POST /pa/send_message. Throws ViberRefusal. */
export function sendMessage(account: Account, hook: HookCaller<Event>, fields: Fields): Fields {
  const { receiver } = fields;
  if (typeof receiver !== 'string' || receiver === '') throw new ViberRefusal('missingData', 'receiver is missing');
  const message = readMessage(fields);
  const person = receiverOf(account, receiver);
  checkClient(person, message);
  return { message_token: deliver(account, hook, person, message), chat_hostname: 'SN-CHAT-05_', billing_status: 1 };
}

/** POST /pa/broadcast_message. Whom it cannot reach is told in the answer. */
export function broadcast(account: Account, hook: HookCaller<Event>, fields: Fields): Fields {
  const list = fields.broadcast_list;
  if (!Array.isArray(list) || list.length === 0) throw new ViberRefusal('missingData', 'broadcast_list is missing');
  if (list.length > limits.broadcast)
    throw new ViberRefusal('badData', `broadcast_list has more than ${limits.broadcast} receivers`);
  const message = readMessage(fields);
  const failed_list: Fields[] = [];
  for (const receiver of list as string[]) {
    try {
      const person = receiverOf(account, receiver);
      checkClient(person, message);
      deliver(account, hook, person, message);
    } catch (error) {
      if (!(error instanceof ViberRefusal)) throw error;
      failed_list.push({ receiver, status: error.status, status_message: error.message });
    }
  }
  return { message_token: nextToken(account), chat_hostname: 'SN-CHAT-05_', billing_status: 1, failed_list };
}

/** Who may be written to now. Throws ViberRefusal. */
function receiverOf(account: Account, id: string): Person {
  const person = account.people.get(id);
  const now = account.now();
  const problem = ((): StatusName | undefined => {
    if (person === undefined || person.access === 'not_registered') return 'receiverNotRegistered';
    if (person.access === 'no_device') return 'receiverNoSuitableDevice';
    const isJustOpened = person.openedAtMs !== undefined && now - person.openedAtMs < limits.openedForMs;
    if (!person.isSubscribed && !isJustOpened) return 'receiverNotSubscribed';
    person.unanswered = person.unanswered.filter((atMs) => atMs > now - hourMs);
    return person.unanswered.length >= limits.unansweredInHour ? 'tooManyRequests' : undefined;
  })();
  if (person === undefined || problem !== undefined) throw new ViberRefusal(problem ?? 'receiverNotRegistered');
  person.openedAtMs = undefined;
  person.unanswered.push(now);
  return person;
}

/** Brings a message to a telephone, and tells what became of it. Gives its token. */
export function deliver(account: Account, hook: HookCaller<Event>, person: Person, message: ReadMessage): bigint {
  const token = nextToken(account);
  const tell = (event: string, more: Fields = {}) => {
    hook.push({ ...eventOf(account, event, more), message_token: token, user_id: person.id });
  };
  if (account.troubles.take(['failed_later'], { to: person.id }) !== undefined) {
    tell('failed', { desc: 'failure description' });
    return token;
  }
  const isThere = !person.isOffline;
  account.chats.add(person.id, {
    id: String(token),
    by: 'account',
    ...shown(message),
    state: isThere ? 'delivered' : 'sent',
    raw: message.fields,
  });
  account.chats.of(person.id).keyboard = rowsOf(message.keyboard, 'keyboard');
  account.chats.tell();
  if (isThere) tell('delivered');
  return token;
}

/** What a person sees of a message. */
function shown({ type, fields }: ReadMessage): Partial<ChatMessage> {
  const { text, media, file_name: name } = fields as { text?: string; media?: string; file_name?: string };
  const words = text === undefined ? {} : { text };
  switch (type) {
    case 'picture':
      return { ...words, media: { kind: 'image', url: media ?? '' } };
    case 'video':
      return { ...words, media: { kind: 'video', url: media ?? '' } };
    case 'file':
      return { media: { kind: 'file', url: media ?? '', name: name ?? '' } };
    case 'location': {
      const { lat, lon } = fields.location as { lat: number; lon: number };
      return { place: { latitude: lat, longitude: lon } };
    }
    case 'contact': {
      const { name: whose, phone_number: phone } = fields.contact as { name: string; phone_number: string };
      return { card: { name: whose, phone } };
    }
    case 'sticker':
      return { text: `[sticker ${fields.sticker_id}]` };
    case 'url':
      return { text: media ?? '' };
    case 'rich_media': {
      const { Buttons } = fields.rich_media as { Buttons: ViberButton[] };
      return { buttons: rowsOf(Buttons, 'rich') };
    }
    default:
      return words;
  }
}

/** Buttons in rows of six columns; each carries what its press sends. */
function rowsOf(buttons: readonly ViberButton[], kind: string) {
  const rows: { id: string; label: string; url?: string }[][] = [];
  let left = 0;
  for (const [index, { Columns = 6, ActionType = 'reply', ActionBody, Text }] of buttons.entries()) {
    if (Columns > left) {
      rows.push([]);
      left = 6;
    }
    left -= Columns;
    const label = (Text ?? ActionBody).replace(/<[^>]*>/g, '');
    rows.at(-1)?.push({
      id: `${kind}:${index}:${ActionType}:${ActionBody}`,
      label,
      ...(ActionType === 'open-url' && { url: ActionBody }),
    });
  }
  return rows;
}
