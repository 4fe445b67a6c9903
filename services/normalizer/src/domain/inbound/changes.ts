import {
  type ButtonPressed,
  Content,
  type MessageEdited,
  type MessagesDeleted,
  type ReactionSet,
} from '@trunkline/contracts';
import type { MessageDocument } from '../state/documents.ts';
import { contentOf } from '../state/message-content.ts';
import { findMessage } from '../state/message-refs.ts';
import { type Effect, heardFrom, type Placed } from './effect.ts';

/** A message was changed: history takes the newest revision, whatever comes when. */
export function messageEdited({ turn, place }: Placed, edit: MessageEdited): Effect {
  const found = findMessage(turn.draft, place, edit.targetPlatformId);
  if (found === undefined) return { targets: [''] };
  const { message, ref } = found;
  if (edit.content !== undefined && edit.revision > (message.revision ?? 0)) {
    const content = editedContent(message, ref.part, edit.content);
    turn.draft.put('messages', { ...message, content, revision: edit.revision, editedAtMs: turn.nowMs });
  }
  return { targets: [message._id] };
}

/** Messages were deleted: they stay in history, marked. */
export function messagesDeleted({ turn, place }: Placed, { targetPlatformIds }: MessagesDeleted): Effect {
  const targets = targetPlatformIds.map((platformId) => {
    const message = findMessage(turn.draft, place, platformId)?.message;
    if (message !== undefined && message.deletedAtMs === undefined) {
      turn.draft.put('messages', { ...message, deletedAtMs: turn.nowMs });
    }
    return message?._id ?? '';
  });
  return { targets: [...new Set(targets)] };
}

/** One person's reactions to a message: the new set replaces the former. */
export function reactionSet({ turn, place, identity }: Placed, { targetPlatformId, reactions }: ReactionSet): Effect {
  const message = findMessage(turn.draft, place, targetPlatformId)?.message;
  if (message === undefined) return { targets: [''] };
  turn.draft.put('messages', withReactions(message, identity?._id ?? '', reactions));
  return { targets: [message._id] };
}

/** A button was pressed. */
export function buttonPressed(placed: Placed, { targetPlatformId, ackToken }: ButtonPressed): Effect {
  const message = findMessage(placed.turn.draft, placed.place, targetPlatformId)?.message;
  return { targets: [message?._id ?? ''], conversation: heardFrom(placed), ackToken };
}

/** A message with one person's new reactions; `by` is their identity, empty for ours. Pure. */
export function withReactions(message: MessageDocument, by: string, reactions: readonly string[]): MessageDocument {
  const others = (message.reactions ?? []).filter((person) => person.by !== by);
  return { ...message, reactions: reactions.length === 0 ? others : [...others, { by, reactions }] };
}

/** The new content; for one item of an album, the album with that item changed. */
function editedContent(message: MessageDocument, part: number, edited: Content): Uint8Array {
  const former = contentOf(message)?.kind;
  if (former?.$case !== 'album' || edited.kind?.$case === 'album') return Content.encode(edited).finish();
  const { kind } = edited;
  const isAttachment =
    kind?.$case === 'image' || kind?.$case === 'video' || kind?.$case === 'audio' || kind?.$case === 'file';
  const items = former.value.items.map((item, index) =>
    isAttachment && index === part
      ? { ...item, media: kind.value.media ?? item.media, caption: kind.value.caption }
      : item,
  );
  const caption = isAttachment && part === 0 ? kind.value.caption : former.value.caption;
  return Content.encode({ kind: { $case: 'album', value: { items, caption } } }).finish();
}
