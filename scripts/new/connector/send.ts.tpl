import type { ChannelAccess, SendTools, Sent } from '@trunkline/adapter-kit';
import type { SendOrder } from '@trunkline/contracts';
import { callApi } from './api.ts';
import { render } from './render.ts';
import type { Settings } from './settings.ts';
import { sentSchema } from './types.ts';

/** Does an order. */
export async function send(order: SendOrder, channel: ChannelAccess<Settings>, tools: SendTools): Promise<Sent> {
  const { id } = await callApi(['/messages', sentSchema], render(order), channel, tools);
  return { platformIds: [id] };
}
