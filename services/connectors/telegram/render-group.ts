import { ConnectorError } from '@trunkline/adapter-kit';
import type { GroupMembers, GroupOrder } from '@trunkline/contracts';
import { plainCall, type Rendered } from './render-content.ts';

const most = { title: 128, description: 255 };

/**
 * The calls that change a group, in turn. A bot makes no groups, adds nobody and deletes none. Pure. Throws ConnectorError
 * 'unsupported'.
 */
export function groupCalls(order: GroupOrder['order'], chat_id: number): readonly Rendered[] {
  const call = (method: string, params: object = {}) => plainCall(method, { chat_id, ...params });
  const each = ({ platformPartyIds }: GroupMembers, ...methods: readonly string[]) =>
    platformPartyIds.flatMap((id) => methods.map((method) => call(method, { user_id: Number(id) })));
  switch (order?.$case) {
    case 'rename':
      return [call('setChatTitle', { title: [...order.value].slice(0, most.title).join('') })];
    case 'describe':
      return [call('setChatDescription', { description: [...order.value].slice(0, most.description).join('') })];
    case 'photo':
      return [{ method: 'setChatPhoto', params: { chat_id }, uploads: [['photo', order.value]] }];
    case 'removeMembers':
      // Put out, not shut out: they may come again.
      return each(order.value, 'banChatMember', 'unbanChatMember');
    case 'approveMembers':
      return each(order.value, 'approveChatJoinRequest');
    case 'rejectMembers':
      return each(order.value, 'declineChatJoinRequest');
    case 'newInviteLink':
      return [call('exportChatInviteLink')];
    case 'leave':
      return [call('leaveChat')];
    default:
      throw new ConnectorError('unsupported', `Telegram cannot do this with a group: ${order?.$case ?? 'nothing'}`);
  }
}
