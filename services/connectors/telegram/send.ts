import { type ChannelAccess, ConnectorError, type SendTools, type Sent } from '@trunkline/adapter-kit';
import type { SendOrder } from '@trunkline/contracts';
import { callWithFiles } from './api.ts';
import { connectorError, type Fixes, fixOf, isAsWished } from './errors.ts';
import { isGroup, render, type Targets } from './render.ts';
import type { Settings } from './settings.ts';
import { sentSchema } from './types.ts';

const deletedAtOnceMax = 100;

/** Does an order: finds what it is about, renders, calls; a refusal that can be helped is called once more, changed. */
export async function send(order: SendOrder, channel: ChannelAccess<Settings>, tools: SendTools): Promise<Sent> {
  const targets = await targetsOf(order, tools);
  const isDeletion = order.message?.action?.$case === 'delete';
  if (!isDeletion) return perform(order, targets, { channel, tools });
  const { messageIds } = targets;
  if (messageIds.length === 0) {
    throw new ConnectorError('content_invalid', 'Telegram does not know the messages that are to be deleted');
  }
  for (let from = 0; from < messageIds.length; from += deletedAtOnceMax) {
    await perform(order, { messageIds: messageIds.slice(from, from + deletedAtOnceMax) }, { channel, tools });
  }
  return { platformIds: [] };
}

interface Means {
  readonly channel: ChannelAccess<Settings>;
  readonly tools: SendTools;
}

async function perform(order: SendOrder, targets: Targets, means: Means, fixes: Fixes = {}): Promise<Sent> {
  const call = render(order, targets, fixes);
  if (call === undefined) return { platformIds: [] };
  const answer = await callWithFiles(call, means.channel, means.tools);
  if (answer.isOk) return { platformIds: idsOf(order, answer.result), ...movedTo(fixes) };
  if (isAsWished(answer.failure)) return { platformIds: [], ...movedTo(fixes) };
  const more = fixOf(answer.failure, fixes);
  if (more === undefined) throw connectorError(answer.failure, isGroup(order.conversation));
  return perform(order, targets, means, more);
}

function movedTo({ chatId }: Fixes): Pick<Sent, 'migratedPlatformId'> {
  return chatId === undefined ? {} : { migratedPlatformId: chatId };
}

/** Ids of new messages; an edit or a reaction makes none. */
function idsOf(order: SendOrder, result: unknown): string[] {
  if (order.message?.action?.$case !== 'message') return [];
  const sent = sentSchema.safeParse(result).data;
  if (sent === undefined) throw new ConnectorError('unknown_outcome', 'Telegram told no id of what it sent');
  return [sent].flat().map(({ message_id }) => message_id);
}

/** What an order is about, as far as it stands in this very chat: after a move to a supergroup the old ids mean nothing. */
async function targetsOf({ message, conversation }: SendOrder, tools: SendTools): Promise<Targets> {
  const action = message?.action;
  switch (action?.$case) {
    case 'message': {
      const { messageId = '', platformId = '' } = action.value.reply ?? {};
      const [known] = messageId === '' ? [] : await idsHere([messageId]);
      return { replyTo: known ?? (platformId || undefined), messageIds: [] };
    }
    case 'edit':
    case 'reaction':
      return { messageIds: await idsHere([action.value.messageId]) };
    case 'delete':
      return { messageIds: await idsHere(action.value.messageIds) };
    default:
      return { messageIds: [] };
  }

  async function idsHere(messageIds: readonly string[]): Promise<string[]> {
    const found = await Promise.all(messageIds.map((messageId) => tools.platformIdsOf(messageId)));
    const here = found.flat().filter((known) => known.conversationPlatformId === conversation?.platformId);
    return here.map(({ platformId }) => platformId);
  }
}
