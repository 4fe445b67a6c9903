import { ConnectorError, readUpload, type SendTools, type Sent } from '@trunkline/adapter-kit';
import type { GroupCreate, GroupOrder, Media } from '@trunkline/contracts';
import { type ApiCall, ask, type Channel } from './api.ts';
import { doneSchema, joinRequestsSchema, linkSchema, requestSchema } from './types.ts';

const product = { messaging_product: 'whatsapp' };
const pictureMaxBytes = 5 * 1_024 * 1_024;
const nothing: Sent = { platformIds: [] };

/** Makes or changes a group; people come by its link alone, so nobody can be added. */
export async function changeGroup(order: GroupOrder['order'], group: string, channel: Channel, tools: SendTools) {
  const call = async (path: string, more: Partial<ApiCall>): Promise<Sent> => {
    await ask(doneSchema, { path: `${group}${path}`, ...more }, channel, tools);
    return nothing;
  };
  switch (order?.$case) {
    case 'create':
      return await create(order.value, channel, tools);
    case 'rename':
      return await call('', { body: { ...product, subject: order.value } });
    case 'describe':
      return await call('', { body: { ...product, description: order.value } });
    case 'photo':
      return await call('', { body: await pictureForm(order.value, tools) });
    case 'removeMembers': {
      const participants = order.value.platformPartyIds.map((user) => ({ user }));
      return await call('/participants', { method: 'DELETE', body: { ...product, participants } });
    }
    case 'approveMembers':
    case 'rejectMembers': {
      const join_requests = await requestsOf(order.value.platformPartyIds, group, channel, tools);
      const method = order.$case === 'approveMembers' ? 'POST' : 'DELETE';
      return await call('/join_requests', { method, body: { ...product, join_requests } });
    }
    case 'newInviteLink':
    case 'readInviteLink': {
      const body = order.$case === 'newInviteLink' ? { body: product } : {};
      const link = await ask(linkSchema, { path: `${group}/invite_link`, ...body }, channel, tools);
      return { ...nothing, inviteLink: link.invite_link };
    }
    case 'delete':
      return await call('', { method: 'DELETE' });
    default:
      throw new ConnectorError('unsupported', `WhatsApp cannot do this with a group: ${order?.$case ?? 'nothing'}`);
  }
}

/** The platform makes it later: its id and link come with the event that names the same request. */
async function create({ title, description, needsApproval }: GroupCreate, channel: Channel, tools: SendTools) {
  const join_approval_mode = needsApproval ? 'approval_required' : 'auto_approve';
  const body = { ...product, subject: title, join_approval_mode, ...(description === '' ? {} : { description }) };
  const call = { path: `${channel.settings.phoneNumberId}/groups`, body, isMessage: true };
  const { request_id: requestId } = await ask(requestSchema, call, channel, tools);
  return { platformIds: [requestId] };
}

async function pictureForm(picture: Media, tools: SendTools): Promise<FormData> {
  const body = new FormData();
  body.set('messaging_product', 'whatsapp');
  body.set('picture', await readUpload(picture, tools, pictureMaxBytes));
  return body;
}

/** Requests are answered by ids of their own. */
async function requestsOf(people: readonly string[], group: string, channel: Channel, tools: SendTools) {
  const { data } = await ask(joinRequestsSchema, { path: `${group}/join_requests` }, channel, tools);
  const asking = data.filter(({ wa_id = '', user_id = '' }) => people.includes(wa_id) || people.includes(user_id));
  if (asking.length > 0) return asking.map(({ join_request_id }) => join_request_id);
  throw new ConnectorError('content_invalid', 'none of these people asks to join the group any more');
}
