import { addMessage, dialogOf, nextId, personOf } from './community.ts';
import type { Method, MethodParts } from './methods-groups.ts';
import { showMessage } from './show.ts';
import { chatBase, type Fields, VkError } from './types.ts';

/** Methods about chats: a community may do this where it is the administrator, as in those that it made. */
export const chatMethods: Readonly<Record<string, Method>> = {
  'messages.createChat': (parts, { title = '', user_ids: users = '' }) => {
    const { community } = parts;
    const ids = String(users)
      .split(',')
      .filter((id) => id !== '');
    const added = ids.map((id) => personOf(community, id)).filter(({ isAllowed }) => isAllowed);
    const chat = nextId(community) % 1_000_000;
    const members = new Set(added.map(({ id }) => id));
    const dialog = { peer: chatBase + chat, title: String(title), members, messages: new Map(), lastCmid: 0 };
    community.dialogs.set(dialog.peer, { ...dialog, isOurs: true });
    community.chats.of(String(dialog.peer)).title = dialog.title;
    tell(parts, dialog.peer, { type: 'chat_create', text: dialog.title });
    return { chat_id: chat, peer_ids: [...members] };
  },
  'messages.editChat': (parts, params) => {
    const dialog = ownChat(parts, chatBase + Number(params.chat_id));
    if (String(params.title ?? '') === '') throw new VkError(100, 'title is undefined');
    dialog.title = String(params.title);
    tell(parts, dialog.peer, { type: 'chat_title_update', text: dialog.title });
    return 1;
  },
  'messages.removeChatUser': (parts, { chat_id: chat, member_id: member }) => {
    const isLeaving = Number(member) === -parts.community.id;
    const peer = chatBase + Number(chat);
    const dialog = isLeaving ? dialogOf(parts.community, peer) : ownChat(parts, peer);
    if (!isLeaving && !dialog.members.delete(Number(member))) throw new VkError(935);
    tell(parts, dialog.peer, { type: 'chat_kick_user', member_id: Number(member) });
    if (isLeaving) parts.community.dialogs.delete(dialog.peer);
    return 1;
  },
  'messages.getInviteLink': (parts, { peer_id: peer, reset }) => {
    const { community } = parts;
    const dialog = ownChat(parts, Number(peer));
    if (Number(reset) === 1 || dialog.link === undefined) {
      dialog.link = `https://vk.me/join/${nextId(community)}`;
    }
    return { link: dialog.link };
  },
};

function ownChat({ community }: MethodParts, peer: number) {
  const dialog = dialogOf(community, peer);
  if (dialog.isOurs !== true) throw new VkError(925);
  return dialog;
}

/** What the community does in a chat is told in it, and to the community. */
function tell({ community, events }: MethodParts, peer: number, action: Fields): void {
  const message = addMessage(community, peer, -community.id, { action });
  showMessage(community, message);
  events.tell('message_new', { message, client_info: {} });
}
