import { ConnectorError, isComments, readUpload, type SendTools, type Sent, targetsOf } from '@trunkline/adapter-kit';
import type { SendOrder } from '@trunkline/contracts';
import { z } from 'zod';
import { type Channel, callApi, making, upload } from './api.ts';
import { Refusal } from './errors.ts';
import { firstChat } from './parse-told.ts';
import { type Plan, render } from './render.ts';
import type { Upload } from './render-content.ts';
import { madeSchema, outcomesSchema, savedSchema, uploadServerSchema } from './types.ts';

/** Does an order: finds what it is about, puts its files to VK, calls. Uploads one after another keep their order. */
export async function send(order: SendOrder, channel: Channel, tools: SendTools): Promise<Sent> {
  const plans = render(order, await targetsOf(order, tools), channel.accountId);
  let sent: Sent = { platformIds: [] };
  for (const plan of plans) sent = await perform(plan, order, channel, tools);
  return sent;
}

async function perform(plan: Plan, order: SendOrder, channel: Channel, tools: SendTools): Promise<Sent> {
  const attachments: string[] = [];
  for (const one of plan.uploads ?? []) attachments.push(await put(one, order, channel, tools));
  const field = isComments(order) ? 'attachments' : 'attachment';
  const params = { ...plan.params, [field]: attachments.join(',') || undefined };
  try {
    const answer = await callApi([plan.method, z.unknown()], params, channel, tools);
    const { chat_id: chat, link: inviteLink, comment_id: comment } = madeSchema.safeParse(answer).data ?? {};
    if (comment !== undefined) return { platformIds: [String(comment)] };
    if (chat !== undefined) return { platformIds: [], migratedPlatformId: String(firstChat + chat) };
    if (inviteLink !== undefined) return { platformIds: [], inviteLink };
    const outcomes = outcomesSchema.safeParse(answer).data ?? [];
    const refusal = outcomes.find(({ error }) => error !== undefined)?.error;
    if (refusal !== undefined) throw new Refusal(refusal.code, refusal.description);
    if (!making.has(plan.method)) return { platformIds: [] };
    const { conversation_message_id: number } = outcomes[0] ?? {};
    if (number === undefined) throw new ConnectorError('unknown_outcome', 'VK told no number of what it made');
    return { platformIds: [String(number)] };
  } catch (error) {
    if (isTooLate(plan, error)) return { platformIds: [] };
    throw error;
  }
}

/** A press is waited for a minute; after that nobody misses the answer. */
function isTooLate({ method }: Plan, error: unknown): boolean {
  return method === 'messages.sendMessageEventAnswer' && error instanceof Refusal && error.code === 'content_invalid';
}

/** How a file is put to VK: where that is asked, in which field it goes, how it is kept. */
const ways = {
  photo: { ask: 'photos.getMessagesUploadServer', field: 'photo', keep: 'photos.saveMessagesPhoto', megabytes: 50 },
  doc: { ask: 'docs.getMessagesUploadServer', field: 'file', keep: 'docs.save', megabytes: 200 },
  wall: { ask: 'docs.getWallUploadServer', field: 'file', keep: 'docs.save', megabytes: 200 },
} as const;

/** Puts a file to VK and gives its name there: where to, the bytes, keep them. Nobody sees it before it is sent. */
async function put({ as, media }: Upload, order: SendOrder, channel: Channel, tools: SendTools): Promise<string> {
  const isPhoto = as === 'photo';
  const { ask, field, keep, megabytes } = ways[isComments(order) ? 'wall' : isPhoto ? as : 'doc'];
  const file = await readUpload(media, tools, megabytes * 1_024 * 1_024);
  const to = { peer_id: order.conversation?.platformId, type: isPhoto ? undefined : as };
  const place = isComments(order) ? { group_id: channel.accountId } : to;
  const { upload_url: url } = await callApi([ask, uploadServerSchema], place, channel, tools);
  const fields = await upload(url, field, file, tools);
  const named = isPhoto ? fields : { file: fields.file, title: file.name };
  const saved = Object.entries(await callApi([keep, savedSchema], named, channel, tools));
  const names = saved.map(([type, { owner_id, id, access_key: key }]) => [`${type}${owner_id}_${id}`, isPhoto && key]);
  return names.map((name) => name.filter(Boolean).join('_')).join();
}
