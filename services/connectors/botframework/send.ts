import { type ChannelAccess, ConnectorError, type SendTools, type Sent, targetsOf } from '@trunkline/adapter-kit';
import type { SendOrder } from '@trunkline/contracts';
import { z } from 'zod';
import { callService } from './api.ts';
import { Refusal } from './errors.ts';
import { nameIn, partsOf, type Reference } from './parse-place.ts';
import { render } from './render.ts';
import type { Settings } from './settings.ts';
import { begunSchema, sentSchema } from './types.ts';

type Channel = ChannelAccess<Settings>;

const referenceSchema = z.object({ serviceUrl: z.string(), bot: z.string(), user: z.string().optional() });

/** Does an order in the conversation that its reference leads to; a first word in Teams begins one. */
export async function send(order: SendOrder, channel: Channel, tools: SendTools): Promise<Sent> {
  const known = referenceOf(order);
  if (known !== undefined) return await perform(order, known, channel, tools);
  const { subchannel, id } = partsOf(order.conversation?.platformId ?? '');
  if (subchannel !== 'msteams') {
    throw new ConnectorError('recipient_invalid', 'only in Teams can somebody be written to who has not written yet');
  }
  const { appId, firstWordUrl: serviceUrl } = channel.settings;
  const reference = { serviceUrl, bot: `28:${appId}` };
  // What was begun so, and not answered yet, has no reference either.
  if (!id.startsWith('29:')) return await perform(order, reference, channel, tools);
  const migratedPlatformId = nameIn(subchannel, await begin(id, reference, channel, tools));
  const conversation = order.conversation && { ...order.conversation, platformId: migratedPlatformId };
  const sent = await perform({ ...order, conversation }, { ...reference, user: id }, channel, tools);
  return { ...sent, migratedPlatformId };
}

/** Opens the conversation with a person; to open it again opens no other. */
async function begin(
  user: string,
  { bot, serviceUrl }: Reference,
  channel: Channel,
  tools: SendTools,
): Promise<string> {
  const { tenantId } = channel.settings;
  const tenant = tenantId === '' ? {} : { tenantId };
  const body = { bot: { id: bot }, members: [{ id: user }], isGroup: false, ...tenant };
  const call = { method: 'POST', serviceUrl, path: [], body } as const;
  return (await callService(begunSchema, call, channel, tools).catch(doneAgain)).id;
}

function referenceOf({ conversation }: SendOrder): Reference | undefined {
  if (!conversation?.resumeToken) return undefined;
  const { bot, serviceUrl, user } = referenceSchema.parse(JSON.parse(conversation.resumeToken));
  return { bot, serviceUrl, ...(user === undefined ? {} : { user }) };
}

function doneAgain(error: unknown): never {
  const isInDoubt = error instanceof ConnectorError && error.code === 'unknown_outcome';
  throw isInDoubt ? new ConnectorError('transient', error.message) : error;
}

async function perform(order: SendOrder, reference: Reference, channel: Channel, tools: SendTools): Promise<Sent> {
  const targets = await targetsOf(order, tools);
  const { messageIds: all } = targets;
  const isDeletion = order.message?.action?.$case === 'delete';
  let platformIds: readonly string[] = [];
  for (const messageIds of isDeletion && all.length > 1 ? all.map((id) => [id]) : [all]) {
    const call = render(order, reference, { ...targets, messageIds }, tools.fileUrl);
    if (call === undefined) continue;
    const { id } = await callService(sentSchema, call, channel, tools).catch((error: unknown) => {
      // What is not there any more is as deleted as it was to be.
      if (isDeletion && error instanceof Refusal && error.status === 404) return { id: undefined };
      throw error;
    });
    // An edit or typing makes no message; by SMS and mail none has an id that could be spoken of.
    if (order.message?.action?.$case === 'message' && id !== undefined) platformIds = [id];
  }
  return { platformIds };
}
