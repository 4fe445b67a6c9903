import {
  type ChannelRef,
  ConnectorError,
  channelEvent,
  type NewEvent,
  orderBySequence,
  type RawCall,
  readAs,
  readEach,
  readJson,
} from '@trunkline/adapter-kit';
import {
  ButtonPressed,
  type ChannelEvent,
  ConversationKind,
  ConversationRef,
  Forward,
  MessageWritten,
  Origin,
  Party,
  PartyScope,
  Quote,
} from '@trunkline/contracts';
import { contentOf, unsupported } from './parse-content.ts';
import { pressName } from './render.ts';
import { type Message, type Sender, type Update, updateSchema, updatesSchema } from './types.ts';

type Told = Pick<NewEvent, 'event'> & Partial<NewEvent>;

/** What a call tells: updates in the order of their numbers, by which each is known again. */
export function parse(raw: RawCall, channel: ChannelRef): ChannelEvent[] {
  const { updates } = readAs(updatesSchema, readJson(raw.body));
  return readEach(updates, (one) => {
    const update = readAs(updateSchema, one);
    const { update_id: id, from, timestamp } = update;
    const isOwn = from?.id !== undefined && from.id === channel.accountId;
    const common = {
      conversation: conversationOf(update),
      ...(from === undefined ? {} : { sender: partyOf(from) }),
      ...(timestamp === undefined ? {} : { sentAt: new Date(timestamp * 1_000) }),
      ...(isOwn ? { origin: Origin.ORIGIN_EXTERNAL } : {}),
      order: orderBySequence(id),
    };
    return toldOf(update, channel.id).map((told, index) => {
      const dedupeKey = index === 0 ? `update:${id}` : `update:${id}:${index}`;
      return channelEvent(channel, raw, { ...common, dedupeKey, ...told });
    });
  });
}

/** A press, or what was written, then what was forwarded with it. */
function toldOf(update: Update, channelId: string): Told[] {
  const { message_id: platformId = '', bot_request: request, callback_data: pressed, text = '' } = update;
  if (pressed !== undefined && pressed !== null) return [press(JSON.stringify(pressed), text)];
  if (request?.server_action !== undefined) return [press(payloadOf(request.server_action))];
  if (request !== undefined) {
    const { type = 'unknown' } = request.errors?.[0] ?? {};
    return [message({ content: unsupported('bot_request', `A button did not work there: ${type.slice(0, 64)}`) }, '')];
  }
  const own = contentOf(update, { channelId, messageId: platformId || update.update_id });
  const reply = update.reply_to_message && { reply: quoteOf(update.reply_to_message) };
  const written = own === undefined ? [] : [message({ content: own, ...reply }, platformId)];
  const forwarded = (update.forwarded_messages ?? []).map((one, index) => {
    const of = { channelId, messageId: `${update.update_id}:${index}` };
    const content = contentOf(one, of) ?? unsupported('forwarded_message');
    const isFirst = written.length === 0 && index === 0;
    return message({ content, forward: forwardOf(one), ...(isFirst ? reply : {}) }, isFirst ? platformId : '');
  });
  const all = [...written, ...forwarded];
  return all.length > 0 ? all : [message({ content: strange(update) }, platformId)];
}

function message(written: Partial<MessageWritten>, platformId: string): Told {
  return { platformId, event: { $case: 'message', value: MessageWritten.create(written) } };
}

function press(payload: string, title = ''): Told {
  return { event: { $case: 'press', value: ButtonPressed.create({ payload: payload.toWellFormed(), title }) } };
}

/** The payload that we gave the button; what another program made is told whole. */
function payloadOf({ name, payload }: { readonly name: string; readonly payload?: unknown }): string {
  const ours = name === pressName && typeof payload === 'object' ? Reflect.get(payload ?? {}, 'value') : undefined;
  return typeof ours === 'string' ? ours : JSON.stringify({ name, payload });
}

const usualFields = new Set(Object.keys(updateSchema.shape));

/** Something of the future that somebody wrote is shown as such; what nobody wrote is no message, and parks the call. */
function strange(update: Update) {
  const fields = Object.keys(update).filter((field) => !usualFields.has(field) && /^[a-z_]{1,64}$/.test(field));
  const [field = 'unknown'] = fields;
  if (update.message_id === undefined) throw new ConnectorError('unknown_kind', `an update that carries ${field}`);
  return unsupported(field);
}

/**
 * Where it happened. A thread of a group is a conversation of its own; with a person there is one conversation, which
 * remembers the thread that they wrote in last, so that the answer goes there.
 */
function conversationOf({ chat, thread_id: thread, from }: Update): ConversationRef {
  if (chat === undefined) throw new ConnectorError('unknown_kind', 'an update without a chat');
  const { type, id: chatId, title = '' } = chat;
  if (type === 'private') {
    const platformId = chatId || from?.login;
    if (!platformId) throw new ConnectorError('malformed', 'chat.id: a private chat has neither id nor login');
    const kind = ConversationKind.CONVERSATION_KIND_PRIVATE;
    return ConversationRef.create({ platformId, kind, resumeToken: `thread:${thread ?? ''}` });
  }
  if (type !== 'group' && type !== 'channel') throw new ConnectorError('unknown_kind', 'a chat of an unknown type');
  if (!chatId) throw new ConnectorError('malformed', 'chat.id: a group has no id');
  if (thread === undefined) {
    return ConversationRef.create({ platformId: chatId, kind: ConversationKind.CONVERSATION_KIND_GROUP, title });
  }
  const kind = ConversationKind.CONVERSATION_KIND_THREAD;
  return ConversationRef.create({ platformId: `${chatId}#${thread}`, kind, title, threadId: thread });
}

/** A login is what people are named by in every call; it belongs to their organization. */
function partyOf({ id = '', login = '', display_name: displayName = '', robot: isBot = false }: Sender): Party {
  const alternativeIds = { ...(login === '' ? {} : { username: login }), ...(id === '' ? {} : { user_id: id }) };
  const platformId = login || id;
  return Party.create({ platformId, scope: PartyScope.PARTY_SCOPE_BUSINESS, alternativeIds, displayName, isBot });
}

function quoteOf({ message_id: platformId = '', text = '', from }: Message): Quote {
  return Quote.create({ platformId, text, senderName: from?.display_name ?? from?.login ?? '' });
}

function forwardOf({ message_id: platformId = '', timestamp, from }: Message): Forward {
  const at = timestamp === undefined ? {} : { at: new Date(timestamp * 1_000) };
  return Forward.create({ from: from?.display_name ?? from?.login ?? '', platformId, ...at });
}
