import { ConnectorError } from '@trunkline/adapter-kit';
import type { GroupOrder } from '@trunkline/contracts';
import { firstChat } from './parse-told.ts';
import type { Plan } from './render.ts';

/**
 * The calls that make or change a chat, in turn: a community adds nobody itself but those that a chat is made with, and the
 * others come by the link. Pure. Throws ConnectorError 'unsupported'.
 */
export function chatCalls(order: GroupOrder['order'], peerId: string, groupId: string): readonly Plan[] {
  const chat_id = Number(peerId) - firstChat;
  const remove = (member_id: string) => ({ method: 'messages.removeChatUser', params: { chat_id, member_id } });
  switch (order?.$case) {
    case 'create': {
      const { title, platformPartyIds } = order.value;
      const user_ids = platformPartyIds.join(',') || undefined;
      return [{ method: 'messages.createChat', params: { title, user_ids, group_id: groupId } }];
    }
    case 'rename':
      return [{ method: 'messages.editChat', params: { chat_id, title: order.value } }];
    case 'removeMembers':
      return order.value.platformPartyIds.map(remove);
    case 'leave':
      return [remove(`-${groupId}`)];
    case 'newInviteLink':
    case 'readInviteLink': {
      const reset = order.$case === 'newInviteLink' ? 1 : 0;
      return [{ method: 'messages.getInviteLink', params: { peer_id: peerId, reset, group_id: groupId } }];
    }
    default:
      throw new ConnectorError('unsupported', `VK cannot do this with a chat: ${order?.$case ?? 'nothing'}`);
  }
}
