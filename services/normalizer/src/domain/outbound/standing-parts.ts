import type { Capabilities, EditedPart, OutgoingContent, OutgoingMessage } from '@trunkline/contracts';
import type { Adapted } from '../adapt/adapted.ts';
import { changesOf, isText } from '../adapt/edit-parts.ts';
import type { MessageDocument } from '../state/documents.ts';
import { contentOf } from '../state/message-content.ts';
import type { StandingPart } from '../state/part-documents.ts';
import type { Turn } from '../turn.ts';
import type { Targets } from './targets.ts';
import { isPast } from './wrong-order.ts';

/** What a message of ours consists of on the platform, in order, with what edits that were accepted since have changed. Pure. */
export function standingParts(message: MessageDocument): readonly StandingPart[] {
  if (message.standsAs !== undefined) return message.standsAs;
  const isOfText = contentOf(message)?.kind?.$case === 'text';
  const count = Math.max(1, message.parts?.length ?? 0);
  return Array.from({ length: count }, (_, part) => ({ messageId: message._id, part, isText: isOfText || part > 0 }));
}

/** The same as an order tells it that edits the message; none for any other order. Pure. */
export function editedPartsOf(
  { id, action }: OutgoingMessage,
  targets: Targets,
  { deleteSeconds }: Capabilities,
  nowMs: number,
): EditedPart[] {
  const target = action?.$case === 'edit' ? targets.get(action.value.messageId) : undefined;
  if (target === undefined) return [];
  const isDeletable = deleteSeconds > 0 && !isPast(target, deleteSeconds, nowMs);
  // One that is sent again finds here what it was to add itself: that is what has to be sent.
  const others = standingParts(target).filter(({ messageId }) => messageId !== id);
  return others.map((part) => ({ ...part, isDeletable }));
}

/** Ids of all that was sent for some messages: a deletion means what edits of them have added, too. Pure. */
export function idsStandingFor(messageIds: readonly string[], targets: Targets): string[] {
  const parts = messageIds.flatMap((id) => {
    const target = targets.get(id);
    return target === undefined ? [] : standingParts(target);
  });
  return [...new Set([...messageIds, ...parts.map(({ messageId }) => messageId)])];
}

/** What a new message will consist of; undefined for one message. Pure. */
export function standsAs(id: string, { parts }: Adapted): Pick<MessageDocument, 'standsAs'> {
  return parts.length < 2 ? {} : { standsAs: parts.map((part, number) => standing(id, part, number)) };
}

/** An edit was accepted: the next one is about what this one leaves. */
export function keepStandingParts(
  { draft }: Turn,
  order: OutgoingMessage,
  { parts }: Adapted,
  edited: readonly EditedPart[],
): void {
  const target = order.action?.$case === 'edit' ? draft.get('messages', order.action.value.messageId) : undefined;
  if (target === undefined) return;
  const { deleted } = changesOf(contentsOf(parts), edited);
  const stay = edited.filter((part) => !deleted.includes(part));
  const kept = stay.map(({ messageId, part, isText: ofText }) => ({ messageId, part, isText: ofText }));
  const added = parts.flatMap((part, number) =>
    part.action?.$case === 'message' ? [standing(order.id, part, number)] : [],
  );
  draft.put('messages', { ...target, standsAs: [...kept, ...added] });
}

function standing(messageId: string, { action }: OutgoingMessage, part: number): StandingPart {
  return { messageId, part, isText: action?.$case === 'message' && isText(action.value) };
}

/** The new contents that an edit was adapted to. */
function contentsOf(parts: readonly OutgoingMessage[]): OutgoingContent[] {
  return parts.flatMap(({ action }) => {
    if (action?.$case === 'message') return [action.value];
    return action?.$case === 'edit' ? [{ ...action.value, reply: undefined, options: undefined }] : [];
  });
}
