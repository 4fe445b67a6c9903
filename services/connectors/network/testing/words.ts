import type { ChannelEvent } from '@trunkline/contracts';

/** The text of a message; empty for everything else. */
export function textOf({ event }: ChannelEvent): string {
  const kind = event?.$case === 'message' || event?.$case === 'edit' ? event.value.content?.kind : undefined;
  return kind?.$case === 'text' ? kind.value.plain : '';
}
