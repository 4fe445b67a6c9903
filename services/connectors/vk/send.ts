import {
  type ChannelAccess,
  ConnectorError,
  readUpload,
  type SendTools,
  type Sent,
  targetsOf,
} from '@trunkline/adapter-kit';
import type { SendOrder } from '@trunkline/contracts';
import { z } from 'zod';
import { callApi, makingMethods, upload } from './api.ts';
import { Refusal } from './errors.ts';
import { firstChat } from './parse-told.ts';
import { type Plan, render } from './render.ts';
import type { Upload } from './render-content.ts';
import type { Settings } from './settings.ts';
import { madeSchema, outcomesSchema, savedDocSchema, savedPhotoSchema, uploadServerSchema } from './types.ts';

type Channel = ChannelAccess<Settings>;

/** Does an order: finds what it is about, puts its files to VK, calls. Uploads one after another keep their order. */
export async function send(order: SendOrder, channel: Channel, tools: SendTools): Promise<Sent> {
  const plans = render(order, await targetsOf(order, tools), channel.accountId);
  let sent: Sent = { platformIds: [] };
  for (const plan of plans) sent = await perform(plan, order, channel, tools);
  return sent;
}

async function perform(plan: Plan, order: SendOrder, channel: Channel, tools: SendTools): Promise<Sent> {
  const attachments: string[] = [];
  for (const one of plan.uploads) {
    const put = one.as === 'photo' ? photo : doc;
    attachments.push(await put(order.conversation?.platformId ?? '', one, channel, tools));
  }
  const params = { ...plan.params, attachment: attachments.join(',') || undefined };
  try {
    const answer = await callApi([plan.method, z.unknown()], params, channel, tools);
    const { chat_id: chat, link: inviteLink } = madeSchema.safeParse(answer).data ?? {};
    if (chat !== undefined) return { platformIds: [], migratedPlatformId: String(firstChat + chat) };
    if (inviteLink !== undefined) return { platformIds: [], inviteLink };
    const outcomes = outcomesSchema.safeParse(answer).data ?? [];
    const refusal = outcomes.find(({ error }) => error !== undefined)?.error;
    if (refusal !== undefined) throw new Refusal(refusal.code, refusal.description);
    if (!makingMethods.has(plan.method)) return { platformIds: [] };
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

const photoMaxBytes = 50 * 1_024 * 1_024;
const docMaxBytes = 200 * 1_024 * 1_024;

const photoServer = ['photos.getMessagesUploadServer', uploadServerSchema] as const;
const savePhoto = ['photos.saveMessagesPhoto', savedPhotoSchema] as const;
const docServer = ['docs.getMessagesUploadServer', uploadServerSchema] as const;
const saveDoc = ['docs.save', savedDocSchema] as const;

/** Puts a picture to VK and gives its name there: where to, the bytes, keep them. Nobody sees it before it is sent. */
async function photo(peer_id: string, { media }: Upload, channel: Channel, tools: SendTools): Promise<string> {
  const file = await readUpload(media, tools, photoMaxBytes);
  const { upload_url: url } = await callApi(photoServer, { peer_id }, channel, tools);
  const fields = await upload(url, 'photo', file, tools);
  const [saved] = await callApi(savePhoto, fields, channel, tools);
  const key = saved.access_key === undefined ? '' : `_${saved.access_key}`;
  return `photo${saved.owner_id}_${saved.id}${key}`;
}

/** The same for a file or a voice. */
async function doc(peer_id: string, { as, media }: Upload, channel: Channel, tools: SendTools): Promise<string> {
  const file = await readUpload(media, tools, docMaxBytes);
  const { upload_url: url } = await callApi(docServer, { peer_id, type: as }, channel, tools);
  const { file: token } = await upload(url, 'file', file, tools);
  const saved = await callApi(saveDoc, { file: token, title: file.name }, channel, tools);
  const { owner_id, id } = saved.type === 'doc' ? saved.doc : saved.audio_message;
  return `${saved.type}${owner_id}_${id}`;
}
