import { addMessage, type Community, dialogOf, type Message, nextId, personOf, rememberedSend } from './community.ts';
import { readCards, readKeyboard } from './keyboard.ts';
import { isTrue, type Method, type MethodParts } from './methods-groups.ts';
import { showMessage, showReaction } from './show.ts';
import { chatBase, type Fields, limits, VkError } from './types.ts';

/** Methods about messages. */
export const messageMethods: Readonly<Record<string, Method>> = {
  'messages.send': send,
  'messages.edit': edit,
  'messages.delete': deleteMessages,
  'messages.setActivity': ({ community }, { peer_id: peer, user_id: user, type }) => {
    if (type !== 'typing' && type !== 'audiomessage') throw new VkError(100, 'type is invalid');
    community.chats.of(String(peer ?? user)).typingUntilMs = community.now() + 10_000;
    community.chats.tell();
    return 1;
  },
  'messages.markAsRead': ({ community }, { peer_id: peer }) => {
    for (const { id, by } of community.chats.of(String(peer)).messages) {
      if (by === 'client') community.chats.change(String(peer), id, { state: 'read' });
    }
    return 1;
  },
  'messages.sendReaction': ({ community }, { peer_id: peer, cmid, reaction_id: reaction }) => {
    messageOf(community, peer, cmid);
    const isKnown = Number(reaction) >= 1 && Number(reaction) <= 64;
    if (!isKnown) throw new VkError(100, 'reaction_id is invalid');
    showReaction(community, Number(peer), Number(cmid), Number(reaction));
    return 1;
  },
  'messages.deleteReaction': ({ community }, { peer_id: peer, cmid }) => {
    showReaction(community, Number(peer), messageOf(community, peer, cmid).conversation_message_id, undefined);
    return 1;
  },
  'messages.sendMessageEventAnswer': answerPress,
  'messages.isMessagesFromGroupAllowed': ({ community }, { user_id: user }) => ({
    is_allowed: personOf(community, user).isAllowed ? 1 : 0,
  }),
  'messages.getByConversationMessageId': ({ community }, { peer_id: peer, conversation_message_ids: cmids }) => {
    const { messages } = dialogOf(community, Number(peer));
    const items = String(cmids)
      .split(',')
      .flatMap((cmid) => messages.get(Number(cmid)) ?? []);
    return { count: items.length, items };
  },
  'messages.getHistory': ({ community }, { peer_id: peer, count = 20 }) => {
    const all = [...dialogOf(community, Number(peer)).messages.values()].toReversed();
    return { count: all.length, items: all.slice(0, Number(count)) };
  },
  'messages.getConversationsById': ({ community }, { peer_ids: peers }) => {
    const items = String(peers)
      .split(',')
      .map((peer) => ({
        peer: { id: Number(peer), type: Number(peer) > chatBase ? 'chat' : 'user', local_id: Number(peer) % chatBase },
        chat_settings: {
          title: dialogOf(community, Number(peer)).title,
          members_count: dialogOf(community, Number(peer)).members.size,
        },
      }));
    return { count: items.length, items };
  },
};

const sendParams = new Set([
  ...[
    'peer_id',
    'peer_ids',
    'user_id',
    'chat_id',
    'random_id',
    'message',
    'attachment',
    'lat',
    'long',
    'sticker_id',
    'forward',
  ],
  ...[
    'reply_to',
    'keyboard',
    'template',
    'payload',
    'dont_parse_links',
    'disable_mentions',
    'intent',
    'group_id',
    'guid',
  ],
  ...['content_source', 'expire_ttl', 'silent', 'format_data', 'access_token', 'v', 'lang'],
]);

/** Throws VkError. */
function send(parts: MethodParts, params: Fields): unknown {
  const unknown = Object.keys(params).find((name) => !sendParams.has(name));
  if (unknown !== undefined) throw new VkError(100, `${unknown} is not a parameter`);
  const { random_id: random, peer_ids: many } = params;
  if (random === undefined) throw new VkError(100, 'random_id is a required parameter');
  if (!/^-?\d+$/.test(String(random)) || Math.abs(Number(random)) > 2 ** 31)
    throw new VkError(100, 'random_id should be an int32');
  const content = contentOf(parts.community, params);
  if (many === undefined) return sendTo(parts, peerOf(params), params, content).id;
  const peers = String(many).split(',').map(Number);
  if (peers.length > 100) throw new VkError(100, 'peer_ids should have at most 100 ids');
  return peers.map((peer) => {
    try {
      const { id: message_id, conversation_message_id } = sendTo(parts, peer, params, content);
      return { peer_id: peer, message_id, conversation_message_id };
    } catch (error) {
      if (!(error instanceof VkError)) throw error;
      return { peer_id: peer, message_id: 0, error: { code: error.code, description: error.message } };
    }
  });
}

function peerOf({ peer_id: peer, user_id: user, chat_id: chat }: Fields): number {
  const id = Number(peer ?? user ?? (chat === undefined ? Number.NaN : chatBase + Number(chat)));
  if (!Number.isInteger(id)) throw new VkError(100, 'peer_id is undefined');
  return id;
}

function sendTo({ community, events }: MethodParts, peer: number, params: Fields, content: Fields): Message {
  checkPeer(community, peer);
  const random = Number(params.random_id);
  const key = `${peer} ${random}`;
  const before = random === 0 ? undefined : rememberedSend(community, key);
  if (before !== undefined) return before;
  const message = addMessage(community, peer, -community.id, {
    ...content,
    ...quotedBy(community, peer, params),
    random_id: random,
  });
  community.sent.set(key, { message, atMs: community.now() });
  showMessage(community, message);
  events.tell('message_reply', message);
  return message;
}

function checkPeer(community: Community, peer: number): void {
  if (peer > chatBase) {
    if (!community.isChatBot) throw new VkError(912);
    dialogOf(community, peer);
    return;
  }
  const { access, isAllowed } = personOf(community, peer);
  if (access === 'deleted') throw new VkError(18);
  if (access === 'blacklisted') throw new VkError(900);
  if (access === 'private') throw new VkError(902);
  if (!isAllowed) throw new VkError(901);
}

/** What a message holds, checked. */
function contentOf(community: Community, params: Fields): Fields {
  const {
    message = '',
    attachment = '',
    sticker_id: sticker,
    lat,
    long,
    keyboard,
    template,
    payload,
  } = params as Record<string, string | undefined>;
  if ([...message].length > limits.text) throw new VkError(914);
  const attachments = attachmentsOf(community, attachment);
  if (sticker !== undefined)
    attachments.push({ type: 'sticker', sticker: { product_id: 1, sticker_id: Number(sticker), images: [] } });
  const isEmpty =
    message === '' &&
    attachments.length === 0 &&
    lat === undefined &&
    params.forward === undefined &&
    template === undefined;
  if (isEmpty) throw new VkError(100, 'message is empty or invalid');
  const [latitude, longitude] = [Number(lat), Number(long)];
  if (lat !== undefined && !(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180))
    throw new VkError(100, 'lat or long is invalid');
  return {
    text: message,
    attachments,
    ...(lat === undefined ? {} : { geo: { type: 'point', coordinates: { latitude, longitude } } }),
    ...(keyboard === undefined ? {} : { keyboard: readKeyboard(keyboard) }),
    ...(template === undefined ? {} : { template: readCards(template) }),
    ...(payload === undefined ? {} : { payload }),
  };
}

/** What is attached, by its names. Throws VkError. */
export function attachmentsOf(community: Community, names: string): Fields[] {
  const attachments = names === '' ? [] : names.split(',').map((name) => attachmentOf(community, name.trim()));
  if (attachments.length > limits.attachments) throw new VkError(100, `attachment may have ${limits.attachments}`);
  return attachments;
}

function attachmentOf(community: Community, name: string): Fields {
  const [, type = '', place = ''] = /^([a-z_]+?)(-?\d+_\d+)(_\w+)?$/.exec(name) ?? [];
  const found = community.attachments.get(`${type}${place}`);
  if (found !== undefined) return found;
  if (['wall', 'market', 'video', 'audio', 'poll', 'link', 'story'].includes(type)) return { type, [type]: { place } };
  throw new VkError(100, `attachment ${name} is invalid`);
}

function quotedBy(community: Community, peer: number, { forward, reply_to: replyTo }: Fields): Fields {
  const { messages } = dialogOf(community, peer);
  if (replyTo !== undefined) {
    const found = [...messages.values()].find(({ id }) => id === Number(replyTo));
    return found === undefined ? {} : { reply_message: found };
  }
  if (forward === undefined) return {};
  const { conversation_message_ids: cmids = [], is_reply: isReply } = JSON.parse(String(forward)) as {
    conversation_message_ids?: number[];
    is_reply?: unknown;
  };
  const found = cmids.map((cmid) => messages.get(cmid));
  if (found.includes(undefined)) throw new VkError(100, 'forward: there is no such message');
  return isTrue(isReply) ? { reply_message: found[0] } : { fwd_messages: found };
}

/** A message that is there. Throws VkError 100. */
export function messageOf(community: Community, peer: unknown, cmid: unknown): Message {
  const message = dialogOf(community, Number(peer)).messages.get(Number(cmid));
  if (message === undefined) throw new VkError(100, 'there is no such message');
  return message;
}

function edit({ community, events }: MethodParts, params: Fields): number {
  const { peer_id: peer, conversation_message_id: cmid = params.cmid } = params;
  const message = messageOf(community, peer, cmid);
  if (message.from_id !== -community.id) throw new VkError(920);
  if (community.now() - message.date * 1_000 > limits.changeableMs) throw new VkError(909);
  const edited = { ...message, ...contentOf(community, params), update_time: Math.floor(community.now() / 1_000) };
  dialogOf(community, Number(peer)).messages.set(message.conversation_message_id, edited);
  showMessage(community, edited);
  events.tell('message_edit', edited);
  return 1;
}

function deleteMessages({ community }: MethodParts, params: Fields): unknown {
  const cmids = String(params.cmids ?? params.conversation_message_ids ?? '')
    .split(',')
    .map(Number);
  const isForAll = isTrue(params.delete_for_all);
  return cmids.map((cmid) => {
    const message = messageOf(community, params.peer_id, cmid);
    const isTooOld = community.now() - message.date * 1_000 > limits.changeableMs;
    const isOurs = message.from_id === -community.id;
    if (isForAll && (isTooOld || !isOurs))
      return {
        peer_id: Number(params.peer_id),
        conversation_message_id: cmid,
        response: 0,
        error: { code: 924, description: new VkError(924).message },
      };
    community.chats.change(String(params.peer_id), cmid, { isDeleted: true });
    return { peer_id: Number(params.peer_id), conversation_message_id: cmid, response: 1 };
  });
}

function answerPress(
  { community }: MethodParts,
  { event_id: id, user_id: user, peer_id: peer, event_data: data }: Fields,
): number {
  const press = community.presses.get(String(id));
  if (press === undefined || press.peer !== Number(peer) || user === undefined)
    throw new VkError(100, 'event_id is invalid');
  if (community.now() - press.atMs > limits.pressMs) throw new VkError(100, 'event_id is too old');
  community.presses.delete(String(id));
  if (data === undefined) return 1;
  const { type, text, link } = JSON.parse(String(data)) as { type?: string; text?: string; link?: string };
  if (type === 'show_snackbar' && (text === undefined || text === '' || text.length > 90))
    throw new VkError(100, 'event_data: text may have 90 characters');
  if (!['show_snackbar', 'open_link', 'open_app'].includes(String(type)))
    throw new VkError(100, 'event_data: type is invalid');
  community.chats.of(String(peer)).toast = `${text ?? link ?? 'an app opens'}${'\u200b'.repeat(nextId(community) % 2)}`;
  community.chats.tell();
  return 1;
}
