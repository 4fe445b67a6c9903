import type { ChannelAccess, SendTools, Sent } from '@trunkline/adapter-kit';
import { ConnectorError } from '@trunkline/adapter-kit';
import type { SendOrder } from '@trunkline/contracts';
import { callApi } from './api.ts';
import { isGeneral, isTooNew, Refusal } from './errors.ts';
import { render, withoutNewness } from './render.ts';
import type { Settings } from './settings.ts';
import { sentSchema } from './types.ts';

const sendMessage = ['send_message', sentSchema] as const;

/** Does an order. A refusal did nothing, so one that can be helped is asked once more. */
export async function send(order: SendOrder, channel: ChannelAccess<Settings>, tools: SendTools): Promise<Sent> {
  const body = render(order, channel, tools.fileUrl);
  if (body === undefined) return { platformIds: [] };
  const call = async (what: object) => ({
    platformIds: [(await callApi(sendMessage, what, channel, tools)).message_token],
  });
  try {
    return await call(body);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (isTooNew(error) && body.type !== 'rich_media') return await call(withoutNewness(body));
    if (isGeneral(error)) return await call(body).catch(failed);
    throw error;
  }
}

/** A general error that comes twice would come for ever, and would keep back whatever is written next. */
function failed(error: unknown): never {
  if (!(error instanceof Refusal) || !isGeneral(error)) throw error;
  throw new ConnectorError('content_invalid', error.message, { platformCode: String(error.status), cause: error });
}
