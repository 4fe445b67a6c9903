import { Content, OutgoingMessage } from '@trunkline/contracts';
import type { MessageDocument } from './documents.ts';

/** What a message carries, as last changed. Pure. */
export function contentOf(message: MessageDocument): Content | undefined {
  if (message.content !== undefined) return Content.decode(message.content);
  const action = outgoingOf(message)?.action;
  return action?.$case === 'message' || action?.$case === 'edit' ? action.value.content : undefined;
}

/** An outgoing message as it was accepted; undefined for an inbound one. Pure. */
export function outgoingOf({ outgoing }: MessageDocument): OutgoingMessage | undefined {
  return outgoing === undefined ? undefined : OutgoingMessage.decode(outgoing);
}
