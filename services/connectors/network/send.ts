import { type ChannelAccess, type SendTools, type Sent, targetsOf } from '@trunkline/adapter-kit';
import type { SendOrder } from '@trunkline/contracts';
import { callPeer } from './api.ts';
import { noteWritten } from './hook-first-word.ts';
import { whereItIs } from './hook-moved.ts';
import { numberOf, render } from './render.ts';
import type { Settings } from './settings.ts';
import { takenSchema } from './types.ts';
import { routeTo } from './verify-sides.ts';

/** Does an order. The other side knows a repeat by its id, so one whose answer was lost may simply be done again. */
export async function send(order: SendOrder, channel: ChannelAccess<Settings>, tools: SendTools): Promise<Sent> {
  const known = routeTo(order.conversation, channel);
  const { side } = known;
  const targets = await targetsOf(order, tools);
  const fields = render(order, targets, { side, fileUrl: tools.fileUrl });
  if (fields === undefined) return { platformIds: [] };
  const isMessage = fields.type === 'message';
  // Noted before: what is written opens the way for answers even if nobody hears that it arrived.
  if (isMessage && side === 'partner') await noteWritten(tools.state);
  const route = side === 'line' ? known : await whereItIs(known, tools.state);
  await callPeer({ fields }, route, takenSchema, { channel, tools });
  return { platformIds: isMessage ? [numberOf(order, side)] : [] };
}
