import {
  type ButtonPressed,
  ChannelEvent,
  Content,
  type MessageEdited,
  type MessagesDeleted,
  type ReactionSet,
} from '@trunkline/contracts';
import { refOf } from '../state/conversation.ts';
import type { HeldChange, MessageDocument, ReceiptHold } from '../state/documents.ts';
import { contentOf } from '../state/message-content.ts';
import { findMessage } from '../state/message-refs.ts';
import { keepWaiting } from '../state/waiting.ts';
import { type Effect, heardFrom, type Placed } from './effect.ts';

/** A message was changed: history takes the newest revision, whatever comes when. */
export function messageEdited(placed: Placed, edit: MessageEdited): Effect {
  return { targets: [changeOne(placed, edit.targetPlatformId)] };
}

/** Messages were deleted: they stay in history, marked. */
export function messagesDeleted(placed: Placed, { targetPlatformIds }: MessagesDeleted): Effect {
  return { targets: [...new Set(targetPlatformIds.flatMap((platformId) => deleteOne(placed, platformId)))] };
}

/** The platform's one message may be several of ours. */
function deleteOne(placed: Placed, platformId: string): readonly string[] {
  const { draft } = placed.turn;
  const others = findMessage(draft, placed.place, platformId)?.ref.others ?? [];
  const found = others.flatMap((id) => draft.get('messages', id) ?? []);
  for (const message of found) change(placed, message, 0);
  return [changeOne(placed, platformId), ...found.map(({ _id }) => _id)];
}

/** One person's reactions to a message: the new set replaces the former. */
export function reactionSet(placed: Placed, { targetPlatformId }: ReactionSet): Effect {
  return { targets: [changeOne(placed, targetPlatformId)] };
}

/** Changes one message that the event is about, and tells which; one that has not come yet is changed when it comes. */
function changeOne(placed: Placed, platformId: string): string {
  const { turn, channel, place, event } = placed;
  const found = findMessage(turn.draft, place, platformId);
  if (found === undefined) {
    const held = { ...changeBy(placed), event: ChannelEvent.encode(event).finish() };
    keepWaiting(turn, { channel, place, platformId }, { change: held });
    return '';
  }
  change(placed, found.message, found.ref.part);
  return found.message._id;
}

function change(placed: Placed, message: MessageDocument, part: number): void {
  const next = changed(message, part, { ...changeBy(placed), event: placed.event });
  if (next !== message) placed.turn.draft.put('messages', next);
}

function changeBy(placed: Placed): Omit<HeldChange, 'event'> {
  return { by: placed.identity?._id ?? '', atMs: placed.turn.nowMs, isBinding: isBinding(placed) };
}

/** Some platforms oblige us to forget what a person deletes. */
function isBinding({ turn, channel, conversation, event, identity }: Placed): boolean {
  if (event.event?.$case !== 'delete' || identity === undefined) return false;
  return turn.directory.capabilities(channel.connector, refOf(conversation))?.forgetsDeleted === true;
}

/** A message that has come, with the changes that came before it. Pure. */
export function withWaiting(message: MessageDocument, part: number, hold: ReceiptHold | undefined): MessageDocument {
  const changes = hold?.changes ?? [];
  return changes.reduce(
    (current, change) => changed(current, part, { ...change, event: ChannelEvent.decode(change.event) }),
    message,
  );
}

/** The first deletion among what came before its message; undefined where there was none. Pure. */
export function waitingDeletion(hold: ReceiptHold | undefined): ChannelEvent | undefined {
  const events = (hold?.changes ?? []).map((change) => ChannelEvent.decode(change.event));
  return events.find(({ event }) => event?.$case === 'delete');
}

interface Change extends Omit<HeldChange, 'event'> {
  readonly event: ChannelEvent;
}

function changed(
  message: MessageDocument,
  part: number,
  { event: { event }, by, atMs, isBinding }: Change,
): MessageDocument {
  switch (event?.$case) {
    case 'edit': {
      const { content: edited, revision } = event.value;
      if (edited === undefined || message.isForgotten === true || revision <= (message.revision ?? 0)) return message;
      return { ...message, content: editedContent(message, part, edited), revision, editedAtMs: atMs };
    }
    case 'delete': {
      const deleted = message.deletedAtMs === undefined ? { ...message, deletedAtMs: atMs } : message;
      return isBinding ? forgotten(deleted) : deleted;
    }
    case 'reaction':
      return withReactions(message, by, event.value.reactions);
    default:
      return message;
  }
}

/** A received message without what it said and quoted. What we sent is ours. Pure. */
function forgotten(message: MessageDocument): MessageDocument {
  if (message.outgoing !== undefined) return message;
  const { content: _content, reply: _reply, keyboard: _keyboard, ...rest } = message;
  return { ...rest, isForgotten: true };
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
