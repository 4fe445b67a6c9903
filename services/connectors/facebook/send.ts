import {
  ConnectorError,
  isComments,
  privateAnswer,
  readUpload,
  type SendTools,
  type Sent,
  sendByGraph,
  targetsOf,
  uploadOf,
} from '@trunkline/adapter-kit';
import type { SendOrder } from '@trunkline/contracts';
import { ask, type Channel, callOf } from './api.ts';
import { render } from './render.ts';
import { uploadedSchema } from './types.ts';

const uploadMaxBytes = 25 * 1_024 * 1_024;

/** Does an order: finds what it is about, uploads its file, renders, calls. The platform knows no key against repeats. */
export async function send(order: SendOrder, channel: Channel, tools: SendTools): Promise<Sent> {
  const targets = await targetsOf(order, tools);
  const attachmentId = await upload(order, channel, tools);
  const file = attachmentId && { file: { attachment_id: attachmentId } };
  const calls = render(order, { targets, ...file, fileUrl: tools.fileUrl });
  return await sendByGraph(
    calls.map((call) => callOf(call, channel)),
    tools,
  );
}

/** Gives the platform the file of a message in a thread: it fetches addresses badly. A comment's picture it has to fetch. */
async function upload(order: SendOrder, channel: Channel, tools: SendTools): Promise<string | undefined> {
  const action = order.message?.action;
  const content = action?.$case === 'message' ? action.value.content : undefined;
  const isPublic = isComments(order) && privateAnswer(order) === undefined;
  const file = content === undefined || isPublic ? undefined : uploadOf(content);
  if (file === undefined) return undefined;
  const bytes = await readUpload(file.media, tools, uploadMaxBytes);
  if (bytes.size === 0) throw new ConnectorError('media_failed', 'the file is empty');
  const body = new FormData();
  body.set('message', JSON.stringify({ attachment: { type: file.type, payload: { is_reusable: false } } }));
  body.set('filedata', bytes);
  const { attachment_id: id } = await ask(uploadedSchema, { path: 'me/message_attachments', body }, channel, tools);
  return id;
}
