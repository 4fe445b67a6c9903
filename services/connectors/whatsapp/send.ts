import { ConnectorError, readUpload, type SendTools, type Sent, targetsOf } from '@trunkline/adapter-kit';
import type { Media, SendOrder } from '@trunkline/contracts';
import { ask, type Channel } from './api.ts';
import { render } from './render.ts';
import { fileOf } from './render-content.ts';
import { changeGroup } from './send-group.ts';
import { doneSchema, madeSchema, sentSchema } from './types.ts';

const uploadMaxBytes = 100 * 1_024 * 1_024;

/** Does an order: finds what it is about, uploads its file, renders, calls. The platform knows no key against repeats. */
export async function send(order: SendOrder, channel: Channel, tools: SendTools): Promise<Sent> {
  const targets = await targetsOf(order, tools);
  const action = order.message?.action;
  if (action?.$case === 'group') {
    return await changeGroup(action.value.order, order.conversation?.platformId ?? '', channel, tools);
  }
  const content = action?.$case === 'message' ? action.value.content : undefined;
  const file = content && fileOf(content);
  const mediaId = file && (await upload(file, channel, tools));
  const body = render(order, targets, mediaId);
  if (body === undefined) return { platformIds: [] };
  const isMessage = content !== undefined;
  const call = { path: `${channel.settings.phoneNumberId}/messages`, body, isMessage };
  if (!isMessage) {
    await ask(doneSchema, call, channel, tools);
    return { platformIds: [] };
  }
  const { messages } = await ask(sentSchema, call, channel, tools);
  return { platformIds: messages.map(({ id }) => id) };
}

/** Gives the platform a file, good for thirty days: it fetches addresses badly, and ours are for portals. */
async function upload(media: Media, channel: Channel, tools: SendTools): Promise<string> {
  const file = await readUpload(media, tools, uploadMaxBytes);
  if (file.size === 0) throw new ConnectorError('media_failed', 'the file is empty');
  const body = new FormData();
  body.set('messaging_product', 'whatsapp');
  body.set('type', file.type);
  body.set('file', file);
  const { id } = await ask(madeSchema, { path: `${channel.settings.phoneNumberId}/media`, body }, channel, tools);
  return id;
}
