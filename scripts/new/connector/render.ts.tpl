import { ConnectorError } from '@trunkline/adapter-kit';
import type { SendOrder } from '@trunkline/contracts';

/** The body of the call that does an order. Pure. Throws ConnectorError 'unsupported' for what the platform has not. */
export function render({ message, conversation }: SendOrder): object {
  const action = message?.action;
  const content = action?.$case === 'message' ? action.value.content?.kind : undefined;
  if (content?.$case !== 'text') throw new ConnectorError('unsupported', '__Title__ carries texts only');
  return { to: conversation?.platformId, text: content.value.plain };
}
