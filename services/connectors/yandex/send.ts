import { type ChannelAccess, readUpload, type SendTools, type Sent, targetsOf } from '@trunkline/adapter-kit';
import type { SendOrder } from '@trunkline/contracts';
import { z } from 'zod';
import { callApi } from './api.ts';
import { uploadMaxBytes } from './capabilities.ts';
import { Refusal } from './errors.ts';
import { type Rendered, render } from './render.ts';
import type { Settings } from './settings.ts';
import { answerSchema, madeChatSchema, sentSchema } from './types.ts';

type Channel = ChannelAccess<Settings>;

/** Does an order. */
export async function send(order: SendOrder, channel: Channel, tools: SendTools): Promise<Sent> {
  const calls = render(order, await targetsOf(order, tools));
  let sent: Sent = { platformIds: [] };
  for (const call of calls) sent = await perform(call, channel, tools);
  return sent;
}

async function perform(call: Rendered, channel: Channel, tools: SendTools): Promise<Sent> {
  const { path, fields } = call;
  if (path === 'messages/delete/') return await deleted(call, channel, tools);
  if (path === 'chats/updateMembers/') {
    await callApi([path, answerSchema], { body: fields }, channel, tools);
    return { platformIds: [] };
  }
  if (path === 'chats/create/') {
    const made = await callApi([path, madeChatSchema], { body: fields, isWriting: true }, channel, tools);
    return { platformIds: [], migratedPlatformId: made.chat_id };
  }
  const isEdit = 'message_id' in fields;
  const body = call.files === undefined ? fields : await formOf(call, tools);
  const { message_id: id } = await callApi([path, sentSchema], { body, isWriting: !isEdit }, channel, tools);
  return { platformIds: isEdit ? [] : [id] };
}

/** What is not there any more is as deleted as it was to be. */
async function deleted({ path, fields }: Rendered, channel: Channel, tools: SendTools): Promise<Sent> {
  await callApi([path, z.unknown()], { body: fields }, channel, tools).catch((error: unknown) => {
    if (!(error instanceof Refusal) || error.status !== 404) throw error;
  });
  return { platformIds: [] };
}

async function formOf({ fields, files }: Rendered, tools: SendTools): Promise<FormData> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    form.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  for (const media of files?.media ?? []) {
    form.append(files?.field ?? '', await readUpload(media, tools, uploadMaxBytes));
  }
  return form;
}
