import {
  type ChannelAccess,
  ConnectorError,
  portionsOf,
  readUpload,
  type SendTools,
  type Sent,
  targetsOf,
} from '@trunkline/adapter-kit';
import type { SendOrder } from '@trunkline/contracts';
import { callApi, callWithFiles } from './api.ts';
import { type Fixes, fixOf, isAsWished, Refusal } from './errors.ts';
import { isGroup, render } from './render.ts';
import type { Rendered } from './render-content.ts';
import type { Settings } from './settings.ts';
import { sentSchema } from './types.ts';

const deletedAtOnceMax = 100;
const uploadMaxBytes = 50 * 1_024 * 1_024;

/** Does an order: finds what it is about, renders, calls; a refusal that can be helped is called once more, changed. */
export async function send(order: SendOrder, channel: ChannelAccess<Settings>, tools: SendTools): Promise<Sent> {
  const targets = await targetsOf(order, tools);
  async function attempt(messageIds: readonly string[], fixes: Fixes): Promise<Sent> {
    try {
      let result: unknown;
      for (const call of render(order, { ...targets, messageIds }, fixes)) {
        result = await perform(call, channel, tools).catch(unlessAsWished);
      }
      return { platformIds: idsOf(order, result), ...linkIn(order, result), ...movedTo(fixes) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const more = fixOf(error.failure, fixes);
      if (more === undefined) throw new Refusal(error.failure, isGroup(order.conversation));
      return await attempt(messageIds, more);
    }
  }

  let sent: Sent = { platformIds: [] };
  const all = targets.messageIds;
  // A deletion of many is several calls.
  const portions = all.length > deletedAtOnceMax ? portionsOf(all, deletedAtOnceMax) : [all];
  for (const messageIds of portions) sent = await attempt(messageIds, {});
  return sent;
}

function unlessAsWished(error: unknown): undefined {
  if (!(error instanceof Refusal) || !isAsWished(error.failure)) throw error;
}

async function perform({ uploads, ...call }: Rendered, channel: ChannelAccess<Settings>, tools: SendTools) {
  if (uploads.length === 0) return await callApi(call, channel, tools);
  const files: [string, File][] = [];
  for (const [field, media] of uploads) files.push([field, await readUpload(media, tools, uploadMaxBytes)]);
  return await callWithFiles(call, files, channel, tools);
}

function movedTo({ chatId }: Fixes): Pick<Sent, 'migratedPlatformId'> {
  return chatId === undefined ? {} : { migratedPlatformId: chatId };
}

/** A new link to a group is a text. */
function linkIn({ message }: SendOrder, result: unknown): Pick<Sent, 'inviteLink'> {
  return message?.action?.$case === 'group' && typeof result === 'string' ? { inviteLink: result } : {};
}

/** Ids of new messages; an edit or a reaction makes none. */
function idsOf({ message }: SendOrder, result: unknown): string[] {
  if (message?.action?.$case !== 'message') return [];
  const sent = sentSchema.safeParse(result).data;
  if (sent === undefined) throw new ConnectorError('unknown_outcome', 'Telegram told no id of what it sent');
  return [sent].flat().map(({ message_id }) => message_id);
}
