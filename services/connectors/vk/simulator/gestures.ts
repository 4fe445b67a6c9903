import type { Events } from './callback.ts';
import { addMessage, type Community, dialogOf, nextId, personOf } from './community.ts';
import { messageOf } from './methods-messages.ts';
import { bare, type Said, type Where } from './people.ts';
import { showMessage } from './show.ts';
import { chatBase, type Fields, reactionsShown } from './types.ts';

/** What people do beside writing: change, read, react, allow, make chats. Throws for what cannot be. */
export function createGestures(community: Community, events: Events, say: (where: Said, content: Fields) => number) {
  const peerOf = ({ from, chat = from }: Where) => Number(chat);

  /** Changes an own message. */
  function edit({ message, text, ...where }: Where & { message: number | string; text: string }): void {
    const known = messageOf(community, peerOf(where), message);
    const edited = { ...known, text, update_time: Math.floor(community.now() / 1_000) };
    dialogOf(community, peerOf(where)).messages.set(known.conversation_message_id, edited);
    showMessage(community, edited, personOf(community, where.from).name);
    events.tell('message_edit', bare(edited));
  }

  /** Reads all that the community sent. */
  function read(where: Where): void {
    const { lastCmid, messages } = dialogOf(community, peerOf(where));
    const ids = { read_message_id: messages.get(lastCmid)?.id ?? 0, conversation_message_id: lastCmid };
    events.tell('message_read', { from_id: Number(where.from), peer_id: peerOf(where), ...ids });
    for (const { id, by } of community.chats.of(String(peerOf(where))).messages) {
      if (by === 'account') community.chats.change(String(peerOf(where)), id, { state: 'read' });
    }
  }

  /** Reacts to a message: by an emoji of the page or by number; nothing takes the reaction away. */
  function react({ message, emoji, ...where }: Where & { message: number | string; emoji: string | number }): void {
    const { conversation_message_id: cmid } = messageOf(community, peerOf(where), message);
    const reaction = typeof emoji === 'number' ? emoji : reactionsShown.indexOf(emoji) + 1;
    const what = reaction === 0 ? {} : { reaction_id: reaction };
    events.tell('message_reaction_event', { peer_id: peerOf(where), cmid, reacted_id: Number(where.from), ...what });
    community.chats.change(String(peerOf(where)), cmid, {
      reactions: reaction === 0 ? [] : [reactionsShown[reaction - 1] ?? `#${reaction}`],
    });
  }

  function permission(from: number | string, isAllowed: boolean): void {
    const who = personOf(community, from);
    who.isAllowed = isAllowed;
    events.tell(isAllowed ? 'message_allow' : 'message_deny', { user_id: who.id, ...(isAllowed ? { key: '' } : {}) });
    community.chats.of(String(from)).state = isAllowed ? '' : 'messages forbidden';
    community.chats.tell();
  }

  /** Makes a chat with the community in it; gives its peer. */
  function createChat({ from, title }: Where & { title: string }): number {
    const peer = chatBase + (nextId(community) % 1_000_000);
    community.dialogs.set(peer, { peer, title, members: new Set([Number(from)]), messages: new Map(), lastCmid: 0 });
    community.chats.of(String(peer)).title = title;
    inChat({ from, chat: peer }, { type: 'chat_invite_user', member_id: -community.id });
    return peer;
  }

  /** Somebody comes, goes or is put out, or the title changes: {type: 'chat_title_update', text: …}. */
  function inChat(where: Where & { chat: number | string }, action: Fields): number {
    const dialog = dialogOf(community, Number(where.chat));
    const member = Number(action.member_id ?? where.from);
    if (/invite/.test(String(action.type)) && member > 0) dialog.members.add(member);
    if (action.type === 'chat_kick_user') dialog.members.delete(member);
    if (action.type === 'chat_title_update') dialog.title = String(action.text);
    return say(where, { action });
  }

  return {
    edit,
    read,
    react,
    allow: ({ from }: Where) => permission(from, true),
    deny: ({ from }: Where) => permission(from, false),
    block: ({ from }: Where) => Object.assign(personOf(community, from), { access: 'blacklisted' }),
    unblock: ({ from }: Where) => Object.assign(personOf(community, from), { access: 'open' }),
    deleteAccount: ({ from }: Where) => Object.assign(personOf(community, from), { access: 'deleted' }),
    typing: ({ from }: Where) =>
      events.tell('message_typing_state', { state: 'typing', from_id: Number(from), to_id: -community.id }),
    createChat,
    inChat: ({ action, ...where }: Where & { chat: number | string; action: Fields }) => inChat(where, action),
    /** An administrator answers from the community's own page. */
    ownerWrites: ({ from, to = from, text }: { from: number | string; to?: number | string; text: string }) => {
      const message = addMessage(community, Number(to), -community.id, { text, admin_author_id: 1 });
      showMessage(community, message);
      events.tell('message_reply', bare(message));
      return message.conversation_message_id;
    },
  };
}
